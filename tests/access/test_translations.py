"""A translation never outlives or outranks its source."""

from __future__ import annotations

import io
import uuid

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from wagtail.models import Locale, Page, PageViewRestriction

from cpmg.users.models import User
from pages import translations
from pages.wagtail_hooks import wait_for_source
from repository.models import LibraryPage, PublicationPage

from .conftest import LANGUAGES, MARKERS, marked


@pytest.fixture
def group(shelves):
    """A public record in English, Spanish and French, all live."""
    key = uuid.uuid4()
    return {
        language: marked(
            "public",
            shelves.repository[language],
            locale=language,
            slug=f"record-{language}",
            translation_key=key,
        )
        for language in ("en", "es", "fr")
    }


def fresh(page):
    return Page.objects.get(pk=page.pk)


def problems():
    output = io.StringIO()
    try:
        call_command("check_access", stdout=output)
    except CommandError:
        return output.getvalue()
    return ""


@pytest.fixture
def admin(db, settings):
    settings.MFA_REQUIRED = False
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.org", "correct horse battery"))
    return client


def below(pages, parents):
    return all(
        fresh(page).is_child_of(fresh(parents[language])) for language, page in pages.items()
    )


# Move ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_group_moves_as_one_by_code(shelves, group, language):
    fresh(group[language]).move(fresh(shelves.library[language]), pos="last-child")
    assert below(group, shelves.library)
    assert problems() == ""


def test_a_group_moves_as_one_in_the_admin(shelves, group, admin):
    page, target = group["fr"].pk, shelves.network_library["fr"].pk
    response = admin.post(f"/admin/pages/{page}/move/{target}/confirm/")
    assert response.status_code == 302
    assert below(group, shelves.network_library)
    assert problems() == ""


def test_groups_move_as_one_in_bulk(shelves, group, admin):
    address = f"/admin/bulk/wagtailcore/page/move/?id={group['en'].pk}"
    response = admin.post(address, {"move_to": "", "chooser": shelves.library["en"].pk})
    assert response.status_code == 302
    assert below(group, shelves.library)


def test_a_group_moves_as_one_by_the_api(shelves, group, admin):
    from wagtail.models import APIToken

    token = APIToken.create_token(user=User.objects.get(email="root@example.org"), name="t")[1]
    response = admin.post(
        f"/api/v3/pages/{group['en'].pk}/actions/move/",
        {"destination_id": shelves.library["en"].pk, "position": "last-child"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert response.status_code == 200, response.content
    assert below(group, shelves.library)


def test_a_move_is_refused_where_a_translation_has_nowhere_to_go(shelves, group):
    shelves.library["es"].delete()
    with pytest.raises(PermissionDenied):
        fresh(group["en"]).move(fresh(shelves.library["en"]), pos="last-child")
    assert below(group, shelves.repository)


def test_a_page_stays_among_the_pages_in_its_language(shelves, group):
    with pytest.raises(PermissionDenied):
        fresh(group["en"]).move(fresh(shelves.library["es"]), pos="last-child")


def test_a_move_that_fails_half_way_has_not_happened(shelves, group, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(translations, "find_available_slug", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        fresh(group["en"]).move(fresh(shelves.library["en"]), pos="last-child")
    assert below(group, shelves.repository)


def test_a_slug_that_is_taken_is_changed(shelves, group):
    marked("members", shelves.library["es"], locale="es", slug="record-es")
    fresh(group["en"]).move(fresh(shelves.library["en"]), pos="last-child")
    assert below(group, shelves.library)
    assert fresh(group["es"]).slug == "record-es-1"


# Publish and unpublish ----------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_group_goes_offline_together(group, language):
    group[language].unpublish()
    assert not any(fresh(page).live for page in group.values())
    assert problems() == ""


def test_a_group_goes_offline_together_in_the_admin(group, admin):
    assert admin.post(f"/admin/pages/{group['en'].pk}/unpublish/").status_code == 302
    assert not any(fresh(page).live for page in group.values())


def test_a_group_goes_offline_together_in_bulk(group, admin):
    admin.post(f"/admin/bulk/wagtailcore/page/unpublish/?id={group['es'].pk}")
    assert not any(fresh(page).live for page in group.values())


def test_a_source_saved_as_a_draft_takes_its_translations_offline(group):
    group["en"].live = False
    group["en"].save()
    assert not any(fresh(page).live for page in group.values())


def test_a_translation_waits_for_its_source(group):
    group["en"].unpublish()
    spanish = PublicationPage.objects.get(pk=group["es"].pk)
    with pytest.raises(PermissionDenied):
        spanish.save_revision().publish()
    assert not fresh(spanish).live
    PublicationPage.objects.get(pk=group["en"].pk).save_revision().publish()
    spanish.save_revision().publish()
    assert fresh(spanish).live


def test_the_admin_says_why_a_translation_has_to_wait(group, rf):
    request = rf.post("/admin/")
    request.session = {}
    request._messages = FallbackStorage(request)
    assert wait_for_source(request, group["es"]) is None
    group["en"].unpublish()
    response = wait_for_source(request, fresh(group["es"]))
    assert response.url == f"/admin/pages/{group['es'].pk}/edit/"
    assert "Publish the English page first" in str(next(iter(request._messages)))
    assert wait_for_source(request, fresh(group["en"])) is None


def test_a_draft_of_a_translation_takes_nothing_offline(shelves, group):
    dutch = marked(
        "public",
        shelves.repository["nl"],
        live=False,
        locale="nl",
        translation_key=group["en"].translation_key,
        slug="record-nl",
    )
    dutch.summary = "Nieuw"
    dutch.save()
    dutch.save_revision()
    assert all(fresh(page).live for page in group.values())


# Delete -------------------------------------------------------------------------------


def test_a_source_takes_its_translations_with_it(group):
    group["en"].delete()
    assert not Page.objects.filter(translation_key=group["en"].translation_key).exists()


def test_a_source_takes_its_translations_with_it_by_queryset(shelves, group):
    Page.objects.filter(pk=group["en"].pk).delete()
    assert not Page.objects.filter(translation_key=group["en"].translation_key).exists()
    assert Page.find_problems() == ([], [], [], [], [])


def test_a_translation_is_deleted_by_itself(group):
    group["es"].delete()
    assert fresh(group["en"]).live
    assert fresh(group["fr"]).live


def test_a_deleted_section_goes_in_all_languages(shelves, group):
    shelves.repository["en"].delete()
    keys = [shelves.repository["en"].translation_key, group["en"].translation_key]
    assert not Page.objects.filter(translation_key__in=keys).exists()
    assert Page.find_problems() == ([], [], [], [], [])


# Restrict -----------------------------------------------------------------------------


def groups(page):
    return {g.name for r in page.view_restrictions.all() for g in r.groups.all()}


def test_readers_of_a_shelf_change_in_all_languages(shelves):
    extra = Group.objects.create(name="Observers")
    PageViewRestriction.objects.get(page=shelves.library["fr"]).groups.add(extra)
    assert all("Observers" in groups(page) for page in shelves.library.values())
    PageViewRestriction.objects.get(page=shelves.library["en"]).groups.remove(extra)
    assert not any("Observers" in groups(page) for page in shelves.library.values())


def test_a_restriction_comes_and_goes_in_all_languages(shelves):
    restriction = PageViewRestriction.objects.create(
        page=shelves.repository["es"], restriction_type=PageViewRestriction.LOGIN
    )
    for page in shelves.repository.values():
        assert page.view_restrictions.get().restriction_type == PageViewRestriction.LOGIN
    restriction.delete()
    assert not any(page.view_restrictions.exists() for page in shelves.repository.values())


def test_deleting_a_translation_of_a_shelf_opens_nothing(shelves):
    shelves.library["fr"].delete()
    assert all(groups(shelves.library[language]) for language in ("en", "es", "nl"))


def test_a_translation_made_later_carries_the_restriction(shelves):
    shelves.network_library["fr"].delete()
    copy = shelves.network_library["en"].copy_for_translation(
        Locale.objects.get(language_code="fr")
    )
    assert "Network: counter-trafficking" in groups(copy)
    assert isinstance(copy, LibraryPage)


def test_nobody_sets_the_privacy_of_a_page_in_the_admin(shelves, admin):
    for page in (shelves.library["en"], shelves.publications["public"]):
        assert "<form" not in admin.get(f"/admin/pages/{page.pk}/privacy/").json()["html"]
    admin.post(f"/admin/pages/{shelves.library['en'].pk}/privacy/", {"restriction_type": "login"})
    assert "Members" in groups(shelves.library["en"])


def test_a_library_keeps_its_restriction(shelves):
    restriction = PageViewRestriction.objects.get(page=shelves.library["en"])
    with pytest.raises(PermissionDenied), transaction.atomic():
        restriction.delete()
    with pytest.raises(PermissionDenied), transaction.atomic():
        PageViewRestriction.objects.filter(page=shelves.library["en"]).delete()
    restriction.restriction_type = PageViewRestriction.LOGIN
    with pytest.raises(PermissionDenied):
        restriction.save()
    assert "Members" in groups(shelves.library["en"])


# Proof --------------------------------------------------------------------------------


def test_the_command_finds_nothing_wrong(shelves, people, group):
    assert problems() == ""


def test_the_command_names_what_is_wrong(shelves, group):
    Page.objects.filter(pk=group["en"].pk).update(live=False)
    assert f"{fresh(group['es']).url_path}: live, while its source" in problems()
    Page.objects.filter(pk=group["en"].pk).update(live=True)

    restriction = PageViewRestriction.objects.get(page=shelves.library["en"])
    through = PageViewRestriction.groups.through.objects
    through.filter(pageviewrestriction=restriction)._raw_delete("default")
    PageViewRestriction.objects.filter(pk=restriction.pk)._raw_delete("default")
    found = problems()
    assert "/library/: a library without the restriction of a library" in found
    assert "/biblioteca/: other readers than its source" in found
    assert "other readers than its collection" in found


def test_the_command_names_a_translation_that_lies_elsewhere(shelves, group, monkeypatch):
    with translations.bringing_together():
        fresh(group["es"]).move(fresh(shelves.library["es"]), pos="last-child")
    assert "lies elsewhere than its source" in problems()


def test_the_command_names_a_file_in_the_wrong_collection(shelves):
    from wagtail.models import Collection

    document = shelves.documents["network"]
    document.collection = Collection.get_first_root_node()
    document.save()
    assert f"{document.filename}: does not lie in the collection" in problems()
    assert MARKERS["network"] in document.filename
    assert set(LANGUAGES) == set(shelves.library)
