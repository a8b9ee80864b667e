"""What people do in a forum, without its pages."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from wagtail.models import ModelLogEntry

from networks.forum import discussing, signals
from networks.forum.access import readers_of, standing_of
from networks.forum.discussing import Changed, Refused, TooFast, Words
from networks.forum.models import Draft, Following, Forum, Post, Reading, Report, Topic
from networks.membership import group_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    """The posts of which ``posted`` was sent."""
    found: list[Post] = []

    def hear(sender, post, **kwargs):
        found.append(post)

    signals.posted.connect(hear)
    yield found
    signals.posted.disconnect(hear)


def who_reads(talk, topic) -> set[str]:
    return {
        name
        for name, person in talk.people.items()
        if Topic.objects.readable_by(person).filter(pk=topic.pk).exists()
    }


# Access -------------------------------------------------------------------------------


def test_a_networks_forum_is_for_its_members_and_staff(talk):
    topic = talk.topic()
    assert who_reads(talk, topic) == {"ada", "ben", "fay", "edna"}
    for nobody in (None, AnonymousUser()):
        assert not Topic.objects.readable_by(nobody).exists()
        assert not Forum.objects.readable_by(nobody).exists()
    assert {p.first_name.lower() for p in readers_of(talk.forum)} == who_reads(talk, topic)


def test_the_members_forum_is_for_members_and_staff(talk):
    stranger = talk.person("sid")
    topic = talk.topic("mia", forum=talk.hall)
    assert who_reads(talk, topic) == set(talk.people) - {"sid"}
    with pytest.raises(Refused):
        discussing.reply(stranger, topic, Words("Me too", "en"))


def test_leaving_ends_access_at_once(talk):
    topic = talk.topic()
    talk.people["ben"].groups.remove(group_of(talk.network))
    assert "ben" not in who_reads(talk, topic)
    with pytest.raises(Refused):
        talk.reply(topic, "ben")
    talk.people["ada"].is_active = False
    talk.people["ada"].save()
    assert "ada" not in who_reads(talk, topic)


def test_readable_by_says_the_same_as_the_answer_for_one(talk):
    for person in talk.people.values():
        entered = set(Forum.objects.readable_by(person))
        moderated = set(Forum.objects.moderated_by(person))
        standing = standing_of(person)
        for forum in Forum.objects.all():
            assert standing.enters(forum) == (forum in entered)
            assert standing.may_moderate(forum) == (forum in moderated)
            assert readers_of(forum).filter(pk=person.pk).exists() == (forum in entered)


# Writing ------------------------------------------------------------------------------


def test_posts_are_numbered_and_told(talk, told):
    topic = talk.topic()
    post = talk.reply(topic, language="es", text="De acuerdo.")
    topic.refresh_from_db()
    assert [p.number for p in topic.posts.in_order()] == [1, 2]
    assert (topic.last_number, topic.post_count, topic.last_author) == (2, 2, talk.people["ben"])
    assert told == [topic.posts.get(number=1), post]
    assert post.language == "es"
    assert Following.objects.filter(topic=topic).count() == 2


def test_sent_twice_it_is_said_once(talk):
    topic = talk.topic()
    words = Words("Once", "en")
    first = discussing.reply(talk.people["ben"], topic, words)
    assert discussing.reply(talk.people["ben"], topic, words) == first
    with pytest.raises(Refused):
        discussing.reply(talk.people["ada"], topic, words)
    again = Words("Once", "en", key=uuid.uuid4())
    started = discussing.start(talk.people["ada"], talk.forum, "Twice", again)
    assert discussing.start(talk.people["ada"], talk.forum, "Twice", again) == started


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Write something"),
        (" \n\u200b\u202e", "Write something"),
        ("x" * 20_001, "20,000 characters"),
        ("x" * 1_000_000, "1,000,000"),
        (" ".join(f"@someone{n}" for n in range(500)), "at most 20 people"),
        (" ".join(f"http://a.org/{n}" for n in range(60)), "at most 50 addresses"),
    ],
)
def test_what_cannot_be_posted_is_refused_with_the_reason(talk, text, why):
    with pytest.raises(Refused, match=why):
        talk.topic(text=text)
    assert not Topic.objects.exists()


def test_titles_lose_what_cannot_be_seen(talk):
    topic = talk.topic(title="  Pay\u202e\u200b  roll\n\0 lists ")
    assert topic.title == "Pay roll lists"
    with pytest.raises(Refused):
        talk.topic(title="\u200b\u202e")
    with pytest.raises(Refused):
        talk.topic(title="x" * 201)


def test_a_language_is_one_of_ours(talk):
    with pytest.raises(Refused):
        talk.topic(language="xx")


def test_nobody_replies_to_a_locked_or_removed_topic_except_moderators(talk):
    topic = talk.topic()
    discussing.lock(talk.people["fay"], topic)
    with pytest.raises(Changed):
        talk.reply(topic)
    assert talk.reply(topic, "fay").number == 2
    discussing.hide(talk.people["fay"], topic, "Out of date")
    with pytest.raises(Changed):
        talk.reply(topic, "fay")
    discussing.unhide(talk.people["edna"], topic)
    assert who_reads(talk, topic)


def test_mentions_are_of_people_who_share_the_forum(talk):
    topic = talk.topic(text="@ben.example and @cleo.example, `@fay.example`\n\n> @edna.example")
    post = topic.posts.get()
    assert [m.person for m in post.mentions.all()] == [talk.people["ben"]]
    assert '<span class="mention">@ben.example</span>' in post.html
    assert post.html.count("mention") == 1


# Editing and removing -----------------------------------------------------------------


def test_an_edit_keeps_what_was_said_before(talk):
    post = talk.topic(text="First").posts.get()
    discussing.edit(talk.people["ada"], post, Words("Second", "fr"), version=1)
    assert (post.text, post.version, post.language) == ("Second", 2, "fr")
    assert [edition.text for edition in post.editions.all()] == ["First"]
    with pytest.raises(Changed):
        discussing.edit(talk.people["ada"], post, Words("Third", "en"), version=1)
    with pytest.raises(Refused):
        discussing.edit(talk.people["ben"], post, Words("Mine", "en"), version=2)
    with pytest.raises(Refused):  # moderators remove; they don't put words into mouths
        discussing.edit(talk.people["fay"], post, Words("Mine", "en"), version=2)


def test_a_removed_post_leaves_a_trace_and_cannot_be_edited(talk):
    topic = talk.topic()
    post = talk.reply(topic)
    with pytest.raises(Refused):
        discussing.delete(talk.people["ada"], post)
    with pytest.raises(Refused, match="why"):
        discussing.delete(talk.people["fay"], post)
    discussing.delete(talk.people["fay"], post, "Advertising")
    topic.refresh_from_db()
    assert (topic.post_count, topic.last_number) == (1, 2)
    assert not Post.objects.readable_by(talk.people["fay"]).filter(pk=post.pk).exists()
    for refused in (
        lambda: discussing.edit(talk.people["ben"], post, Words("Again", "en"), version=1),
        lambda: discussing.delete(talk.people["ben"], post),
        lambda: discussing.report(talk.people["ada"], post, "spam"),
    ):
        with pytest.raises(Changed):
            refused()
    discussing.restore(talk.people["fay"], post)
    assert post.state == Post.State.VISIBLE
    actions = ModelLogEntry.objects.filter(action__startswith="forum.")
    assert {"forum.started", "forum.posted", "forum.removed", "forum.restored"} <= set(
        actions.values_list("action", flat=True)
    )


def test_a_topic_goes_with_its_only_post(talk):
    topic = talk.topic()
    discussing.delete(talk.people["ada"], topic.posts.get())
    assert who_reads(talk, topic) == set()
    with pytest.raises(Refused, match="took this post back"):
        discussing.restore(talk.people["fay"], topic.posts.get())


# Approval, rates, restrictions --------------------------------------------------------


def test_posts_wait_for_approval_where_the_network_wants_it(talk, told):
    discussing.set_approval(talk.people["fay"], talk.forum, "everybody")
    topic = talk.topic()
    post = topic.posts.get()
    assert post.is_waiting
    assert told == []
    assert who_reads(talk, topic) == {"ada", "fay", "edna"}
    discussing.approve(talk.people["fay"], post)
    assert who_reads(talk, topic) == {"ada", "ben", "fay", "edna"}
    assert told == [post]
    with pytest.raises(Changed):
        discussing.approve(talk.people["edna"], post)
    late, early = talk.reply(topic, "ben"), talk.reply(topic, "ada")
    discussing.approve(talk.people["fay"], early)
    discussing.approve(talk.people["fay"], late)
    assert (early.number, late.number) == (2, 3)
    discussing.edit(talk.people["ada"], early, Words("Something else", "en"), version=1)
    assert early.is_waiting
    discussing.approve(talk.people["fay"], early)
    assert (early.number, early.state) == (2, Post.State.VISIBLE)
    assert told == [post, early, late]
    topic.refresh_from_db()
    assert topic.post_count == 3


def test_what_is_not_approved_is_never_shown(talk):
    discussing.set_approval(talk.people["fay"], talk.forum, "newcomers")
    post = talk.topic().posts.get()
    with pytest.raises(Refused, match="why"):
        discussing.reject(talk.people["fay"], post, "")
    with pytest.raises(Refused):
        discussing.reject(talk.people["ben"], post, "No")
    discussing.reject(talk.people["fay"], post, "Not here")
    assert who_reads(talk, post.topic) == set()


def test_links_of_newcomers_wait(talk):
    text = "http://a.org http://b.org http://c.org"
    assert talk.topic(text=text).posts.get().is_waiting
    topic = talk.topic("ben")
    talk.reply(topic)
    talk.reply(topic)
    assert talk.reply(topic, text=text).state == Post.State.VISIBLE
    assert talk.topic("fay", text=text).posts.get().state == Post.State.VISIBLE


def test_newcomers_post_slowly(talk):
    topic = talk.topic("ben")
    Post.objects.update(state=Post.State.WAITING)
    for _number in range(4):
        talk.reply(topic)
        Post.objects.update(state=Post.State.WAITING)
    with pytest.raises(TooFast) as caught:
        talk.reply(topic)
    assert timedelta(minutes=50) < caught.value.wait <= timedelta(hours=1)
    Post.objects.update(created_at=timezone.now() - timedelta(hours=2))
    talk.reply(topic)


def test_a_restricted_member_reads_and_does_not_write(talk):
    topic = talk.topic()
    post = talk.reply(topic)
    until = timezone.now() + timedelta(days=7)
    restriction = discussing.restrict(
        talk.people["fay"], talk.people["ben"], talk.forum, reason="Shouting", until=until
    )
    assert "ben" in who_reads(talk, topic)
    with pytest.raises(Refused, match="Shouting"):
        talk.reply(topic)
    with pytest.raises(Refused, match="Shouting"):
        discussing.edit(talk.people["ben"], post, Words("x", "en"), version=1)
    talk.topic("ben", forum=talk.hall)
    discussing.lift(talk.people["fay"], restriction)
    talk.reply(topic)
    for by, whom, where in (
        ("fay", "ben", None),
        ("fay", "edna", talk.forum),
        ("ada", "ben", talk.forum),
        ("fay", "cleo", talk.forum),
    ):
        with pytest.raises(Refused):
            discussing.restrict(talk.people[by], talk.people[whom], where, reason="No")
    discussing.restrict(talk.people["edna"], talk.people["ben"], None, reason="Everywhere")
    with pytest.raises(Refused, match="Everywhere"):
        talk.topic("ben", forum=talk.hall)


# Moderating ---------------------------------------------------------------------------


def test_only_moderators_of_the_forum_moderate(talk):
    topic = talk.topic()
    for who in ("ada", "flo", "mia"):
        for act in (
            lambda user: discussing.pin(user, topic),
            lambda user: discussing.lock(user, topic),
            lambda user: discussing.hide(user, topic, "No"),
            lambda user: discussing.move(user, topic, talk.hall),
            lambda user: discussing.split(user, topic, list(topic.posts.all()), "New"),
            lambda user: discussing.set_approval(user, talk.forum, "everybody"),
        ):
            with pytest.raises(Refused):
                act(talk.people[who])
    with pytest.raises(Refused):  # she does not moderate the other one
        discussing.move(talk.people["fay"], topic, talk.hall)


def test_a_moved_topic_is_for_the_readers_of_its_new_forum(talk):
    topic = talk.topic()
    discussing.move(talk.people["edna"], topic, talk.other)
    assert who_reads(talk, topic) == {"cleo", "flo", "edna"}
    assert not discussing.followers_of(topic).exists()


def test_split_posts_begin_a_topic_of_their_own(talk):
    topic = talk.topic()
    second, third = talk.reply(topic), talk.reply(topic, "ada")
    new = discussing.split(talk.people["fay"], topic, [second], "Another matter")
    third.refresh_from_db()
    topic.refresh_from_db()
    assert [post.number for post in new.posts.in_order()] == [1]
    assert (topic.post_count, topic.last_number, third.number) == (2, 3, 3)
    with pytest.raises(Refused):
        discussing.split(talk.people["fay"], topic, list(topic.posts.all()), "All")
    with pytest.raises(Changed):
        discussing.split(talk.people["fay"], topic, [second], "Twice")


def test_reports_are_resolved_once(talk):
    post = talk.topic().posts.get()
    first = discussing.report(talk.people["ben"], post, "spam")
    assert discussing.report(talk.people["ben"], post, "other", "Really") == first
    with pytest.raises(Refused):
        discussing.report(talk.people["fay"], post, "other")
    with pytest.raises(Refused):
        discussing.report(talk.people["cleo"], post, "spam")
    with pytest.raises(Refused):
        discussing.resolve(talk.people["ben"], first, upheld=True)
    discussing.resolve(talk.people["fay"], first, upheld=False)
    assert first.state == Report.State.DISMISSED
    with pytest.raises(Changed):
        discussing.resolve(talk.people["edna"], first, upheld=True)


# Reading, following, drafts -----------------------------------------------------------


def test_reading_costs_one_row_for_a_topic(talk):
    topic = talk.topic()
    for _number in range(3):
        talk.reply(topic)
    topic.refresh_from_db()
    for number in (1, 3, 2, 900):
        discussing.read(talk.people["ada"], topic, number)
    assert [row.number for row in Reading.objects.filter(person=talk.people["ada"])] == [4]
    discussing.read_all(talk.people["ada"], talk.forum)
    assert not Reading.objects.filter(person=talk.people["ada"]).exists()


def test_followers_are_those_who_may_still_read(talk):
    topic = talk.topic()
    discussing.follow(talk.people["ben"], talk.forum)
    discussing.follow(talk.people["fay"], topic)
    assert set(discussing.followers_of(topic)) == {talk.people[n] for n in ("ada", "ben", "fay")}
    discussing.follow(talk.people["ben"], topic, Following.Wish.MUTE)
    discussing.follow(talk.people["fay"], topic, None)
    assert set(discussing.followers_of(topic)) == {talk.people["ada"]}
    talk.people["ada"].groups.clear()
    assert not discussing.followers_of(topic).exists()


def test_a_draft_is_kept_until_it_is_posted(talk):
    ada, topic = talk.people["ada"], talk.topic()
    for text in ("Beg", "Beginning"):
        discussing.keep_draft(ada, talk.forum, topic, text=text, language="fr")
    assert Draft.objects.get().text == "Beginning"
    talk.reply(topic, "ada")
    assert not Draft.objects.exists()
    discussing.keep_draft(ada, talk.forum, None, title="New", text="", language="en")
    assert discussing.draft_of(ada, talk.forum).title == "New"
    discussing.keep_draft(ada, talk.forum, None, title="", text=" ", language="en")
    assert not Draft.objects.exists()


def test_what_somebody_said_stays_when_their_account_goes(talk):
    topic = talk.topic()
    talk.people["ada"].delete()
    post = Post.objects.get(topic=topic)
    assert post.author is None
    assert post.text
