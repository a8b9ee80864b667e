"""Addresses of submissions on the reader site, in the language of the reader."""

from typing import Any

from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _

from cpmg.users.urls import private

from .harvesting import oai, resourcesync
from .views import bulk, datasets, events, records, steps, submissions

# Translators: the words up to the next comment are parts of addresses: lower case, without
# accents and spaces, with the slash at the end.
_of_one = [
    private("", submissions.one, "submission"),
    private(_("files/"), steps.files, "submission_files"),
    private(_("publication/"), steps.publication, "submission_publication"),
    private(_("subjects/"), steps.subjects, "submission_subjects"),
    private(_("readers/"), steps.readers, "submission_readers"),
    private(_("check/"), steps.check_step, "submission_check"),
    private(_("event/"), events.event, "submission_event"),
    private(_("event-check/"), events.check, "submission_event_check"),
    private(_("preview/"), steps.preview, "submission_preview"),
    private(_("submit/"), submissions.submit, "submission_submit"),
    private(_("withdraw/"), submissions.withdraw, "submission_withdraw"),
    private(_("revise/"), submissions.revise, "submission_revise"),
    private(_("delete/"), submissions.delete, "submission_delete"),
]
_many = [
    private("", bulk.many, "submissions_many"),
    private("table.csv", bulk.template, "submissions_template"),
    private("<uuid:key>/", bulk.package, "submissions_package"),
    private("<uuid:key>/report.csv", bulk.package_table, "submissions_package_table"),
]
_dataset = [
    private(_("figures/"), datasets.figures, "dataset_figures"),
    private("template.<slug:kind>", datasets.template, "dataset_template"),
    private(_("description/"), datasets.description, "dataset_description"),
    private(_("check/"), datasets.check_step, "dataset_check"),
]
_all: list[Any] = [
    private("", submissions.own_list, "submissions"),
    private(_("new/"), submissions.new, "submission_new"),
    private(_("new-event/"), events.new, "submission_new_event"),
    private("submissions.csv", bulk.own_table, "submissions_table"),
    path(_("bulk/"), include(_many)),
    path(_("datasets/"), include([private(_("new/"), datasets.new, "dataset_new")])),
    path("<uuid:key>/", include([path(_("dataset/"), include(_dataset)), *_of_one])),
]
in_language = [path(_("account/"), include([path(_("submissions/"), include(_all))]))]
# Translators: end of the parts of addresses.

#: Without a language: they last, and say the same to everybody.
urlpatterns = [
    path("oai/", oai.provide, name="oai"),
    path(".well-known/resourcesync", resourcesync.source_description, name="resourcesync"),
    path(
        "resourcesync/capabilitylist.xml",
        resourcesync.capability_list,
        name="resourcesync_capabilities",
    ),
    re_path(
        r"^resourcesync/(?P<capability>resourcelist|changelist)\.xml$",
        resourcesync.a_list,
        name="resourcesync_list",
    ),
    re_path(
        r"^resourcesync/(?P<capability>resourcelist|changelist)-(?P<part>[1-9][0-9]{0,3})\.xml$",
        resourcesync.part_of_list,
        name="resourcesync_part",
    ),
    path("records/<uuid:key>/", records.permalink, name="record"),
    re_path(
        r"^records/(?P<key>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?P<suffix>[a-z.]+)$",
        records.record,
        name="record_in_format",
    ),
]
