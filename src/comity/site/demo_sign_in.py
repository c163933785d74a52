"""Signing in as an invented person, in a demonstration: whoever looks at it sees what each role sees.

The page exists only where `COMITY_DEMO` is on, which the settings allow for a data folder marked as a demonstration and a site that this
machine alone reaches; and it knows invented people only.
"""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from comity.groundwork.pages import Request, found_or_refused, page_of_list
from comity.site import queries


def demo_sign_in(request: Request) -> HttpResponse:
    """The invented people by name and role, each with a button. Raises Http404 outside demonstrations."""
    if not (settings.COMITY_DEMO and settings.LOCAL_ONLY):
        raise Http404
    invented = queries.people(request.GET.get("q", "").replace("\0", "").strip()[:100]).filter(
        invented=True, is_active=True
    )
    if request.method == "POST":
        chosen = found_or_refused(invented.filter(id=request.POST.get("person", "")).first())
        if request.user.is_authenticated:
            logout(request)
        login(request, chosen, backend=settings.AUTHENTICATION_BACKENDS[0])
        UserSession.objects.create_from_request(request)
        onward = request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()})
        return redirect(onward if safe else get_adapter(request).get_login_redirect_url(request))
    page = page_of_list(request, invented, size=100)
    found = {"page": page, "people": queries.with_roles(list(page.object_list)), "next": request.GET.get("next", "")}
    return render(request, "account/demo.html", found)
