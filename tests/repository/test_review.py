"""From a submission to a publication: who decides about what, and what follows."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from wagtail.models import APIToken, Revision, Task, TaskState, Workflow

from repository import review, submissions, withdrawals
from repository.factories import PublicationPageFactory
from repository.models import PublicationPage, Submission, Withdrawal
from repository.submissions import Changed, Refused

from .conftest import record, with_threads

pytestmark = pytest.mark.django_db
State = Submission.State


def decide(what, submission, user, **how):
    submission.refresh_from_db()
    return getattr(submissions, what)(
        submission, user, edition=submissions.edition(submission), **how
    )


# The way ------------------------------------------------------------------------------


def test_a_submission_becomes_a_draft_in_review(submitted, people, shelves):
    submission = submitted()
    page = submission.page.specific
    assert submission.state == State.IN_REVIEW
    assert (page.live, page.owner) == (False, people["member"])
    assert page.get_parent().specific == shelves["public"]["en"]
    assert page.abstract == "<p>First paragraph.</p>\n\n<p>Second paragraph.</p>"
    assert [str(one) for one in page.contributors.all()] == ["Brown, Carol"]
    assert page.current_workflow_task.name == "Editorial review"
    assert submission.organisation == "PIOJ"


def test_the_record_goes_to_the_tree_of_its_language(submitted, shelves):
    submission = submitted(record_language="fr", languages=["fr"])
    assert submission.page.get_parent().specific == shelves["public"]["fr"]


def test_one_editor_publishes_what_is_public(submitted, people):
    submission = submitted()
    decide("approve", submission, people["editor"])
    assert submission.state == State.PUBLISHED
    assert PublicationPage.objects.get().live
    assert [event.action for event in submissions.history(submission)] == [
        "started",
        "submitted",
        "approved",
        "published",
    ]


def test_a_network_library_also_needs_a_focal_point(submitted, people):
    submission = submitted("network:diaspora")
    with pytest.raises(Refused):
        decide("approve", submission, people["focal"])
    decide("approve", submission, people["editor"])
    assert submission.state == State.IN_REVIEW
    assert not PublicationPage.objects.get().live
    with pytest.raises(Refused):
        decide("approve", submission, people["moderator"])
    decide("approve", submission, people["focal"])
    assert submission.state == State.PUBLISHED
    assert PublicationPage.objects.get().live


def test_moderators_stand_in_for_a_network_without_focal_points(submitted, people):
    people["focal"].groups.clear()
    submission = submitted("network:diaspora")
    decide("approve", submission, people["editor"])
    assert submission in review.waiting_for(people["moderator"])
    decide("approve", submission, people["moderator"])
    assert submission.state == State.PUBLISHED


def test_what_waits_for_whom(submitted, people, django_assert_max_num_queries):
    public, network = submitted(), submitted("network:diaspora", title="In the network")
    own = submitted(by="focal", shelf="network:diaspora", title="Own")
    for one in (network, own):
        decide("approve", one, people["editor"])
    expected = {
        "editor": {public},
        "moderator": {public},
        "focal": {network},
        "member": set(),
        "other": set(),
        "admin": {public, network, own},
    }
    for name, waiting in expected.items():
        with django_assert_max_num_queries(12):
            assert set(review.waiting_for(people[name])) == waiting, name


def test_changes_are_requested_and_made(submitted, people):
    submission = submitted()
    with pytest.raises(Refused):
        decide("request_changes", submission, people["editor"], comment=" ")
    decide("request_changes", submission, people["editor"], comment="Which year?")
    assert submission.state == State.CHANGES_REQUESTED
    assert submission.data["title"] == "Return migration to Jamaica"
    assert submission.data["abstract"] == "First paragraph.\n\nSecond paragraph."
    submissions.save(
        submission, {"year": "2023"}, version=submission.version, user=people["member"]
    )
    submissions.submit(submission, people["member"])
    decide("approve", submission, people["moderator"])
    page = PublicationPage.objects.get()
    assert (page.live, page.year) == (True, 2023)
    comments = [event.comment for event in submissions.history(submission) if event.comment]
    assert comments == ["Which year?"]


def test_rejected_and_revised(submitted, people):
    submission = submitted()
    decide("reject", submission, people["editor"], comment="Not about migration")
    assert submission.state == State.REJECTED
    assert not PublicationPage.objects.get().live
    assert submission.page.current_workflow_state is None
    submissions.revise(submission, people["member"])
    assert submission.state == State.DRAFT
    submissions.submit(submission, people["member"])
    decide("approve", submission, people["editor"])
    assert submission.state == State.PUBLISHED


def test_taken_back(submitted, people):
    submission = submitted()
    with pytest.raises(Refused):
        submissions.withdraw(submission, people["other"])
    submissions.withdraw(submission, people["member"])
    assert submission.state == State.WITHDRAWN
    with pytest.raises(Changed):
        decide("approve", submission, people["editor"])
    submissions.revise(submission, people["member"])
    assert submission.state == State.DRAFT


def test_the_former_version_is_kept_and_linked(submitted, people, client, signed_in):
    submission = submitted()
    decide("approve", submission, people["editor"])
    former = submission.page
    with pytest.raises(Refused):
        submissions.start(people["other"], replaces=former)
    newer = submissions.start(people["member"], {"year": "2025"}, replaces=former)
    assert newer.data["publisher"] == "Planning Institute of Jamaica"
    submissions.submit(newer, people["member"])
    address = former.get_url()
    assert "newer version" not in client.get(address).content.decode()
    decide("approve", newer, people["editor"])
    assert newer.page.get_url() in client.get(address).content.decode()
    assert f'href="{address}"' in client.get(newer.page.get_url()).content.decode()
    assert PublicationPage.objects.live().count() == 2


# Nobody's own work --------------------------------------------------------------------


def test_nobody_approves_what_they_submitted(submitted, people):
    people["member"].groups.add(*people["editor"].groups.all())
    submission = submitted()
    with pytest.raises(Refused, match="own work"):
        decide("approve", submission, people["member"])
    assert submission not in review.waiting_for(people["member"])


def test_nobody_approves_what_they_edited_last(submitted, people):
    submission = submitted()
    page = submission.page.get_latest_revision_as_object()
    page.title = "Return migration"
    page.save_revision(user=people["editor"])
    with pytest.raises(Refused, match="own work"):
        decide("approve", submission, people["editor"])
    decide("approve", submission, people["moderator"])
    assert PublicationPage.objects.get().title == "Return migration"


def test_administrators_too(submitted, people):
    submission = submitted(by="admin")
    with pytest.raises(Refused, match="own work"):
        decide("approve", submission, people["admin"])


# Bound to the text --------------------------------------------------------------------


def test_an_approval_is_for_what_was_looked_at(submitted, people):
    submission = submitted()
    seen = submissions.edition(submission)
    page = submission.page.get_latest_revision_as_object()
    page.title = "Another title"
    page.save_revision(user=people["moderator"])
    with pytest.raises(Changed, match="changed"):
        submissions.approve(submission, people["editor"], edition=seen)
    assert not PublicationPage.objects.get().live


def test_a_revision_that_was_written_over_is_another_edition(submitted, people):
    submission = submitted()
    page = submission.page.get_latest_revision_as_object()
    revision = page.save_revision(user=people["moderator"])
    submission.refresh_from_db()
    seen = submissions.edition(submission)
    page.title = "Another title"
    page.save_revision(user=people["moderator"], overwrite_revision=revision)
    assert Revision.objects.get(pk=revision.pk).pk == revision.pk
    with pytest.raises(Changed):
        submissions.approve(submission, people["editor"], edition=seen)


def test_saving_without_a_change_keeps_the_edition(submitted, people):
    submission = submitted()
    page = submission.page.get_latest_revision_as_object()
    revision = page.save_revision(user=people["moderator"])
    before = review.edition_of(revision)
    page.save_revision(user=people["moderator"], overwrite_revision=revision)
    assert review.edition_of(Revision.objects.get(pk=revision.pk)) == before


def test_after_a_change_the_first_step_is_asked_again(submitted, people):
    submission = submitted("network:diaspora")
    decide("approve", submission, people["editor"])
    page = submission.page.get_latest_revision_as_object()
    page.title = "Another title"
    page.save_revision(user=people["moderator"])
    decide("approve", submission, people["focal"])
    assert submission.state == State.IN_REVIEW
    assert submission.task.specific == Task.objects.get(name="Editorial review").specific
    decide("approve", submission, people["editor"])
    assert submission.state == State.PUBLISHED
    assert PublicationPage.objects.get().title == "Another title"


# No other road ------------------------------------------------------------------------


def test_no_code_publishes_what_nobody_approved(submitted, people):
    page = submitted().page
    with pytest.raises(PermissionDenied):
        page.get_latest_revision().publish(user=people["admin"])
    page.refresh_from_db()
    page.live = True
    with pytest.raises(PermissionDenied):
        page.save()
    page = PublicationPage.objects.get()
    page.live = True
    with pytest.raises(PermissionDenied):
        page.save()
    assert not PublicationPage.objects.get().live
    assert Submission.objects.get().state == State.IN_REVIEW
    assert Submission.objects.get().page.current_workflow_state is not None


@pytest.mark.parametrize("who", ["member", "moderator", "admin"])
def test_the_api_does_not(submitted, people, client, who):
    page = submitted().page
    token = APIToken.create_token(user=people[who], name="test")[1]
    answer = client.post(
        f"/api/v3/pages/{page.pk}/actions/publish/",
        headers={"Authorization": f"Bearer {token}"},
        content_type="application/json",
    )
    assert answer.status_code in (403, 404, 409)
    assert not PublicationPage.objects.get().live


def test_a_submitter_who_is_a_moderator_does_not(submitted, people):
    people["member"].groups.add(*people["moderator"].groups.all())
    page = submitted().page
    with pytest.raises(PermissionDenied):
        page.get_latest_revision().publish(user=people["member"])


def test_a_workflow_of_other_steps_does_not_let_through_own_work(submitted, people):
    """The path is the editors' to change; the rule stays."""
    from wagtail.models import GroupApprovalTask, WorkflowTask

    workflow = Workflow.objects.get(name="Publications")
    other = GroupApprovalTask.objects.create(name="Other")
    other.groups.set(people["moderator"].groups.all())
    WorkflowTask.objects.filter(workflow=workflow).delete()
    WorkflowTask.objects.create(workflow=workflow, task=other, sort_order=0)
    people["member"].groups.add(*people["moderator"].groups.all())
    page = submitted().page
    state = page.current_workflow_task_state
    with pytest.raises(PermissionDenied):
        other.on_action(state, people["member"], "approve")
    assert not PublicationPage.objects.get().live
    state.refresh_from_db()
    assert state.status == TaskState.STATUS_IN_PROGRESS
    other.on_action(page.current_workflow_task_state, people["moderator"], "approve")
    assert PublicationPage.objects.get().live


def test_after_its_publication_editors_maintain_the_record(submitted, people):
    submission = submitted()
    decide("approve", submission, people["editor"])
    page = submission.page.get_latest_revision_as_object()
    page.year = 2020
    page.save_revision(user=people["moderator"]).publish(user=people["moderator"])
    assert PublicationPage.objects.get().year == 2020


def test_editors_publications_are_not_submissions(people, shelves):
    page = PublicationPageFactory(parent=shelves["public"]["en"], live=False)
    page.save_revision(user=people["moderator"]).publish(user=people["moderator"])
    assert PublicationPage.objects.get().live


# In the admin -------------------------------------------------------------------------


def test_wagtails_own_way_asks_the_same(submitted, people, signed_in):
    page = submitted().page
    state = page.current_workflow_task_state
    address = f"/admin/pages/workflow/action/{page.pk}/approve/{state.pk}/"
    signed_in("editor").post(address, {"comment": ""})
    assert PublicationPage.objects.get().live
    assert Submission.objects.get().state == State.PUBLISHED


def test_a_cancelled_workflow_gives_the_submission_back(submitted, people, signed_in):
    submission = submitted()
    submission.page.current_workflow_state.cancel(user=people["moderator"])
    submission.refresh_from_db()
    assert submission.state == State.CHANGES_REQUESTED


def test_a_deleted_page_ends_its_submission(submitted, people):
    submission = submitted()
    submission.page.delete()
    submission.refresh_from_db()
    assert (submission.state, submission.page) == (State.WITHDRAWN, None)


# Two at once --------------------------------------------------------------------------


def test_who_decides_second_is_told(submitted, people):
    submission = submitted()
    seen = submissions.edition(submission)
    submissions.reject(
        Submission.objects.get(), people["editor"], edition=seen, comment="Not about migration"
    )
    with pytest.raises(Changed, match="already"):
        submissions.approve(submission, people["moderator"], edition=seen)
    assert not PublicationPage.objects.get().live


@with_threads
def test_two_who_decide_in_parallel_make_one_decision(submitted, people, in_parallel):
    submission = submitted()
    seen = submissions.edition(submission)

    def approve():
        submissions.approve(Submission.objects.get(), people["editor"], edition=seen)

    def reject():
        submissions.reject(
            Submission.objects.get(), people["moderator"], edition=seen, comment="No"
        )

    errors = in_parallel(approve, reject, approve, reject)
    assert len([error for error in errors if error is None]) == 1, errors
    assert all(isinstance(error, Changed) for error in errors if error)
    submission.refresh_from_db()
    assert submission.state in (State.PUBLISHED, State.REJECTED)
    assert PublicationPage.objects.get().live == (submission.state == State.PUBLISHED)


@with_threads
def test_fifty_submissions_of_the_same_are_one(people, in_parallel):
    submission = submissions.start(people["member"], record())

    def submit():
        submissions.submit(Submission.objects.get(), people["member"])

    errors = in_parallel(*[submit] * 50)
    assert [error for error in errors if error] == []
    assert PublicationPage.objects.count() == 1
    submission.refresh_from_db()
    assert submission.state == State.IN_REVIEW
    assert TaskState.objects.count() == 1


@with_threads
def test_ten_people_submit_to_one_shelf_in_parallel(people, in_parallel):
    for number in range(10):
        submissions.start(people["member"], record(title=f"Report {number}"))

    def submit(one):
        return lambda: submissions.submit(one, people["member"])

    assert not any(in_parallel(*[submit(one) for one in Submission.objects.all()]))
    assert PublicationPage.objects.count() == 10
    assert len(set(PublicationPage.objects.values_list("path", flat=True))) == 10


# All or nothing -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "step",
    [
        "repository.record.fill",
        "repository.submissions._begin_review",
        "repository.letters.please_decide",
        "repository.letters.received",
        "repository.submissions.note",
    ],
)
def test_a_submission_that_is_cut_leaves_nothing_behind(people, monkeypatch, step):
    submission = submissions.start(people["member"], record())
    before = Submission.objects.values().get()

    def cut(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(step, cut)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        submissions.submit(submission, people["member"])
    assert Submission.objects.values().get() == before
    assert not PublicationPage.objects.exists()
    assert not Revision.objects.exists()
    assert not TaskState.objects.exists()


# Withdrawn ----------------------------------------------------------------------------


@pytest.fixture
def published(submitted, people):
    submission = submitted()
    decide("approve", submission, people["editor"])
    return submission


def test_a_withdrawn_publication_leaves_a_notice(published, people, client):
    page = PublicationPage.objects.get()
    address = page.get_url()
    with pytest.raises(Refused):
        withdrawals.withdraw_publication(page, people["editor"], "Wrong figures")
    with pytest.raises(Refused):
        withdrawals.withdraw_publication(page, people["moderator"], " ")
    withdrawals.withdraw_publication(page, people["moderator"], "Wrong <b>figures</b>")
    answer = client.get(address)
    text = answer.content.decode()
    assert answer.status_code == 410
    assert page.title in text
    assert "Wrong &lt;b&gt;figures" in text
    assert "noindex" in text
    assert client.get(address.replace("/en/repository/", "/es/repositorio/")).status_code in (
        404,
        410,
    )
    published.refresh_from_db()
    assert published.state == State.WITHDRAWN
    assert submissions.history(published)[-1].comment == "Wrong <b>figures</b>"
    withdrawals.restore(PublicationPage.objects.get(), people["moderator"])
    assert client.get(address).status_code == 200
    assert not Withdrawal.objects.exists()
    published.refresh_from_db()
    assert published.state == State.PUBLISHED


def test_the_notice_is_for_those_who_could_read(submitted, people, client, signed_in):
    submission = submitted("network:diaspora")
    decide("approve", submission, people["editor"])
    decide("approve", submission, people["focal"])
    page = submission.page
    address = page.get_url()
    withdrawals.withdraw_publication(page, people["moderator"], "Wrong figures")
    assert client.get(address).status_code == 302
    assert signed_in("other").get(address).status_code == 403
    assert signed_in("member").get(address).status_code == 410


def test_a_submitter_asks_for_a_withdrawal(published, people):
    with pytest.raises(Refused):
        submissions.withdraw(published, people["member"])
    submissions.withdraw(published, people["member"], "A newer one is coming")
    assert PublicationPage.objects.get().live
    assert submissions.history(published)[-1].action == "withdrawal_asked"


# Proof --------------------------------------------------------------------------------


def test_what_came_live_behind_the_back_of_all_is_named(submitted):
    submitted()
    assert list(review.problems()) == []
    PublicationPage.objects.update(live=True)
    assert len(list(review.problems())) == 1
