"""Addresses of the members office."""

from __future__ import annotations

from django.urls import path

from comity.office.members.views import blocs, declarations, delegations, dues, parties, status

app_name = "members"
urlpatterns = [
    path("", parties.register, name="register"),
    path("register.csv", parties.export, name="export"),
    path("import", parties.import_register, name="import"),
    path("new", parties.register_party, name="register_party"),
    path("depositary", declarations.depositary, name="depositary"),
    path("blocs", blocs.blocs, name="blocs"),
    path("entry-into-force", parties.entry_into_force, name="entry_into_force"),
    path("facts/<str:key>/correct", status.correct_status, name="correct_status"),
    path("facts/<str:key>/retract", status.retract_status, name="retract_status"),
    path("facts/<str:key>/contest", status.contest_status, name="contest_status"),
    path("contests/<str:key>/settle", status.settle_contest, name="settle_contest"),
    path("declarations/<str:key>/withdraw", declarations.withdraw_declaration, name="withdraw_declaration"),
    path("declarations/<str:key>/object", declarations.object_to, name="object_to"),
    path("objections/<str:key>/withdraw", declarations.withdraw_objection, name="withdraw_objection"),
    path("credentials/<str:key>/examine", delegations.examine_credential, name="examine_credential"),
    path("memberships/<str:key>/leave", blocs.leave_bloc, name="leave_bloc"),
    path("memberships/<str:key>/opt-out", blocs.opt_out, name="opt_out"),
    path("opt-outs/<str:key>/end", blocs.end_opt_out, name="end_opt_out"),
    path("<str:key>", parties.party, name="party"),
    path("<str:key>/change", parties.change_party, name="change_party"),
    path("<str:key>/merge", parties.merge_parties, name="merge_parties"),
    path("<str:key>/status/new", status.record_status, name="record_status"),
    path("<str:key>/succession", status.record_succession, name="record_succession"),
    path("<str:key>/declarations/new", declarations.declare, name="declare"),
    path("<str:key>/credentials/new", delegations.receive_credential, name="receive_credential"),
    path("<str:key>/delegation/new", delegations.name_delegate, name="name_delegate"),
    path("<str:key>/delegation/<str:term>/recall", delegations.recall_delegate, name="recall_delegate"),
    path("<str:key>/blocs/new", blocs.join_bloc, name="join_bloc"),
    path("<str:key>/dues/new", dues.assess_dues, name="assess_dues"),
    path("<str:key>/payments/new", dues.record_payment, name="record_payment"),
    path("<str:party>/strike/<str:register>/<str:key>", parties.strike_entry, name="strike_entry"),
]
