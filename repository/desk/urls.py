"""The addresses of the desk, below the admin."""

from django.urls import path
from django.views.decorators.cache import never_cache

from . import audit, dois, preview, publications
from .bulk import BulkView
from .one import OneView
from .queue import QueueView


def _list(route: str, name: str) -> list:
    return [
        path(f"desk/{route}", QueueView.as_view(list_name=name), name=name),
        path(
            f"desk/{route}results/",
            QueueView.as_view(list_name=name, results_only=True),
            name=f"{name}_results",
        ),
    ]


urlpatterns = [
    *_list("", "desk"),
    *_list("review/", "desk_review"),
    *_list("all/", "desk_all"),
    *_list("asked/", "desk_asked"),
    path("desk/bulk/", BulkView.as_view(), name="desk_bulk"),
    path("desk/audit/", audit.AuditView.as_view(), name="desk_audit"),
    path(
        "desk/audit/results/",
        audit.AuditView.as_view(results_only=True),
        name="desk_audit_results",
    ),
    path(
        "desk/publications/<int:pk>/withdraw/",
        publications.WithdrawView.as_view(),
        name="desk_withdraw",
    ),
    path(
        "desk/publications/<int:pk>/restore/",
        publications.RestoreView.as_view(),
        name="desk_restore",
    ),
    path("desk/publications/<int:pk>/doi/", dois.AskView.as_view(), name="desk_doi"),
    path("desk/<uuid:key>/", never_cache(OneView.as_view()), name="desk_submission"),
    path("desk/<uuid:key>/preview/", preview.preview, name="desk_preview"),
    path("desk/<uuid:key>/keep/", publications.KeepView.as_view(), name="desk_keep"),
]
