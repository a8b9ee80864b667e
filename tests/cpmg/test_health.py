import pytest
from django.db import DatabaseError

from cpmg import health

pytestmark = pytest.mark.django_db


def test_health_names_database_search_and_queue(client):
    response = client.get("/health/")
    assert response.status_code == 200
    state = response.json()
    assert state["status"] == "ok"
    assert {"database", "search", "queue"} <= state.keys()
    assert all(part["status"] == "ok" for part in state.values() if isinstance(part, dict))
    assert "no-store" in response["Cache-Control"]


def test_health_answers_503_without_the_database_and_names_no_host(client, monkeypatch):
    class Broken:
        vendor = "sqlite"

        def cursor(self):
            raise DatabaseError("could not connect to host db.internal")

    monkeypatch.setattr(health, "connection", Broken())
    response = client.get("/health/")
    assert response.status_code == 503
    assert response.json()["database"] == {"status": "down"}
    assert b"internal" not in response.content
