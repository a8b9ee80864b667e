"""What schemathesis throws at each operation, as three kinds of readers: nothing may break, and
no answer may be other than the document says."""

from __future__ import annotations

import os
import traceback

import pytest
import schemathesis
from django.contrib.auth.models import Group
from django.core.signals import got_request_exception, request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cpmg.users import tokens
from cpmg.users.models import Scope, User
from tests.api.test_submissions import member

pytestmark = pytest.mark.once

#: How much is thrown: of each operation, for each reader and each way.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))
WAYS = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
JUDGED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


#: Where in the product an answer broke.
raised: list[str] = []


@pytest.fixture(autouse=True)
def note_what_breaks():
    def note(**kwargs):
        raised.append(traceback.format_exc(limit=-4))

    got_request_exception.connect(note)
    yield
    got_request_exception.disconnect(note)


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
    product = get_wsgi_application()
    schema.app = lambda environ, start: product(environ | {"REMOTE_ADDR": "192.0.2.1"}, start)
    key = token_for(reader, world)
    headers = {"Accept-Encoding": "identity"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # the connection of the test is used on
    try:
        failures = list(throw_all(schema, reader, headers))
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    assert not failures, "\n\n".join(failures)
    assert User.objects.filter(is_superuser=True).count() == 0


def throw_all(schema, reader, headers):
    for found in schema.get_all_operations():
        operation = found.ok()
        if reader == "anonymous" and operation.method != "get" and _needs_somebody(operation):
            continue  # the walk has seen that all of them are refused
        for way in WAYS:
            failure = throw(operation, way, headers)
            if failure:
                yield f"{operation.label} {way.name}: {failure}"


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
        with transaction.atomic():
            response = case.call(headers=headers)
        case.validate_response(response, checks=JUDGED)

    raised.clear()
    try:
        attack()
    except (Exception, BaseExceptionGroup) as error:
        if isinstance(error, Unsatisfiable):
            return ""
        return f"{error} {''.join(raised)}"[:3000]
    return ""
