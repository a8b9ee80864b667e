"""The policy's forms agree: the queryset filter, and the keys that documents carry."""

from uuid import uuid4

from django.contrib.auth.models import AnonymousUser, Group
from wagtail.models import PageViewRestriction

from cpmg.users.models import User
from pages import access
from repository.factories import PublicationPageFactory, RepositoryPageFactory
from repository.models import PublicationPage
from tests.shared import shared


@shared
def shelves():
    """A public section, a shelf for two groups, one inside it for one of them, one for all who
    are signed in, each with a publication."""
    public = RepositoryPageFactory()
    home = public.get_parent().specific

    def shelf(name: str, parent, kind: str, *groups: Group):
        page = RepositoryPageFactory(parent=parent, title=name, slug=name, translation_key=uuid4())
        restriction = PageViewRestriction.objects.create(page=page, restriction_type=kind)
        restriction.groups.set(groups)
        PublicationPageFactory(parent=page, title=f"Report of {name}")
        return page

    one, two = Group.objects.create(name="One"), Group.objects.create(name="Two")
    PublicationPageFactory(parent=public, title="Report for all")
    outer = shelf("outer", home, PageViewRestriction.GROUPS, one, two)
    shelf("inner", outer, PageViewRestriction.GROUPS, two)
    shelf("hall", home, PageViewRestriction.LOGIN)
    shelf("closed", home, PageViewRestriction.GROUPS)
    return one, two


def test_the_keys_of_a_reader_are_those_of_the_pages_that_they_may_read(shelves):
    one, two = shelves
    people = [AnonymousUser(), None]
    for name, groups in (("nobody", ()), ("one", (one,)), ("two", (two,)), ("both", (one, two))):
        user = User.objects.create_user(f"{name}@example.org")
        user.groups.set(groups)
        people.append(user)
    people.append(User.objects.create_user("gone@example.org", is_active=False))
    people.append(User.objects.create_superuser("root@example.org"))
    pages = PublicationPage.objects.all()
    assert len(pages) == 5
    for user in people:
        readable = set(PublicationPage.objects.readable_by(user))
        keys = access.Reach(user).keys
        assert {page for page in pages if access.key_of(page) in keys} == readable, user
