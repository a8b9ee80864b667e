"""Addresses of submissions on the reader site, in the language of the reader."""

from typing import Any

from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from cpmg.users.urls import private

from .views import bulk, datasets, steps, submissions

# Translators: the words up to the next comment are parts of addresses: lower case, without
# accents and spaces, with the slash at the end.
_of_one = [
    private("", submissions.one, "submission"),
    private(_("files/"), steps.files, "submission_files"),
    private(_("publication/"), steps.publication, "submission_publication"),
    private(_("subjects/"), steps.subjects, "submission_subjects"),
    private(_("readers/"), steps.readers, "submission_readers"),
    private(_("check/"), steps.check_step, "submission_check"),
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
    private("submissions.csv", bulk.own_table, "submissions_table"),
    path(_("bulk/"), include(_many)),
    path(_("datasets/"), include([private(_("new/"), datasets.new, "dataset_new")])),
    path("<uuid:key>/", include([path(_("dataset/"), include(_dataset)), *_of_one])),
]
in_language = [path(_("account/"), include([path(_("submissions/"), include(_all))]))]
# Translators: end of the parts of addresses.
