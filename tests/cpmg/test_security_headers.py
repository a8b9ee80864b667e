import pytest

pytestmark = pytest.mark.django_db


def test_the_reader_site_runs_its_own_script_only(client, home):
    response = client.get("/en/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_errors_carry_the_policy_too(client, home):
    assert "script-src 'self'" in client.get("/en/nowhere/")["Content-Security-Policy"]
