"""What schemathesis throws at each operation, as three kinds of readers: nothing may break, and
no answer may be other than the document says."""

from __future__ import annotations

import os

import pytest
import schemathesis
from django.contrib.auth.models import Group
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import CHECKS

from cpmg.users import tokens
from cpmg.users.models import Scope, User
from tests.api.test_submissions import member

#: How much is thrown: of each operation, for each reader and each way.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))
WAYS = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
JUDGED = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
]


def token_for(reader, world):
    if reader == "anonymous":
        return ""
    person = member()
    if reader == "editor":
        person.groups.add(Group.objects.get(name="Editors"))
    return tokens.create(person, "fuzzer", list(Scope.values), 7)


@pytest.mark.parametrize("reader", ["anonymous", "member", "editor"])
def test_nothing_breaks_and_no_answer_is_other_than_documented(reader, world, get):
    schema = schemathesis.openapi.from_dict(get("/openapi.json").json())
    schema.app = get_wsgi_application()
    key = token_for(reader, world)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    failures = []
    for found in schema.get_all_operations():
        operation = found.ok()
        if reader == "anonymous" and operation.method != "get" and _needs_somebody(operation):
            continue  # the walk has seen that all of them are refused
        for way in WAYS:
            failure = throw(operation, way, headers)
            if failure:
                failures.append(f"{operation.label} {way.name}: {failure}")
    assert not failures, "\n\n".join(failures)
    assert User.objects.filter(is_superuser=True).count() == 0


def _needs_somebody(operation):
    return {} not in operation.definition.raw.get("security", [{}])


def throw(operation, way, headers):
    @seed(20260101)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=way))
    def attack(case):
        response = case.call(headers=headers)
        case.validate_response(response, checks=JUDGED)

    try:
        attack()
    except Exception as error:
        if type(error).__name__ in ("Unsatisfiable", "InvalidArgument"):
            return ""
        inner = getattr(error, "exceptions", None)
        texts = [str(one) for one in inner] if inner else [f"{type(error).__name__}: {error}"]
        return " | ".join(texts)[:1500]
    return ""
