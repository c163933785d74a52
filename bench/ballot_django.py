"""An ordinary view of Django that stores one vote: a session, a person, a row that is changed, a row of the log, in one transaction.

What the ballot box is held against. It is served as the site's pages are, on a pool of threads behind uvicorn, on SQLite with
every commit on disk. `python -m bench.ballot_django FOLDER` prints its port and a session's cookie.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    folder = Path(sys.argv[1])
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="bench",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "django.sqlite3",
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 20,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                },
                "CONN_MAX_AGE": None,
            }
        },
        USE_TZ=True,
    )
    django.setup()
    import uvicorn
    from a2wsgi import WSGIMiddleware
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.db import connection, models, transaction
    from django.http import HttpRequest, JsonResponse
    from django.middleware.csrf import get_token
    from django.urls import path

    class Vote(models.Model):
        person = models.ForeignKey(User, on_delete=models.CASCADE)
        statement = models.IntegerField()
        value = models.SmallIntegerField()

        class Meta:
            app_label = "auth"
            unique_together = (("person", "statement"),)

    class Logged(models.Model):
        person = models.ForeignKey(User, on_delete=models.CASCADE)
        statement = models.IntegerField()
        value = models.SmallIntegerField()
        at = models.DateTimeField(auto_now_add=True)

        class Meta:
            app_label = "auth"

    def vote(request: HttpRequest) -> JsonResponse:
        said = json.loads(request.body)
        with transaction.atomic():
            Vote._default_manager.update_or_create(
                person=request.user, statement=int(said["statement"]), defaults={"value": int(said["vote"])}
            )
            Logged._default_manager.create(
                person=request.user, statement=int(said["statement"]), value=int(said["vote"])
            )
        return JsonResponse({"taken": 1})

    globals()["urlpatterns"] = [path("vote", vote)]
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Vote)
        editor.create_model(Logged)
    person = User.objects.create_user("anna")
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    asked = HttpRequest()
    token = get_token(asked)
    connection.close()
    os.sched_setaffinity(0, {int(sys.argv[2])})

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[Any] | None = None) -> None:
            await super().startup(sockets)
            port = self.servers[0].sockets[0].getsockname()[1]
            print(port, session.session_key, asked.META["CSRF_COOKIE"], token, flush=True)

    wsgi: Any = get_wsgi_application()
    pages: Any = WSGIMiddleware(wsgi, workers=8)
    Server(uvicorn.Config(pages, port=0, log_level="warning", access_log=False, interface="asgi3")).run()


if __name__ == "__main__":
    main()
