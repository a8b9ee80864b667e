"""A client in TypeScript, made from the OpenAPI document alone, compiled strictly, and run against
the running product."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request

from django.conf import settings

from . import nodejs


def read(address):
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)


def token_for(email, installation):
    made = subprocess.run(
        [sys.executable, "manage.py", "api_tokens", "create", "--user", email, "--name", "client"],
        cwd=settings.ROOT,
        env=installation,
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"wagtail_\w{20,}", made.stdout)
    assert found, made.stdout
    return found[0]


def test_a_client_made_from_the_document_reads_searches_submits_and_posts(
    site, people, installation
):
    email = people["member"][0]
    page = read(f"{site}/api/v3/content/?type=pages.ContentPage&locale=en&limit=1")["items"][0]
    folder = nodejs.workshop()
    (folder / "openapi.json").write_text(json.dumps(read(f"{site}/api/v3/openapi.json")))
    generator = "node_modules/openapi-typescript/bin/cli.js"
    options = ("--default-non-nullable", "false")
    nodejs.run(folder, generator, "openapi.json", "-o", "api.d.ts", *options)
    nodejs.run(folder, "node_modules/typescript/bin/tsc", "--project", "tsconfig.json")
    printed = nodejs.run(
        folder,
        "built/client.js",
        BASE_URL=site,
        TOKEN=token_for(email, installation),
        PAGE=page["url"].removeprefix(site),
    )
    result = json.loads(printed)
    assert result["read"]["languages"] == ["en", "es", "fr", "nl"]
    assert result["read"]["pages"] > 100
    assert result["read"]["title"] == page["title"]
    assert result["search"]["count"] >= 1
    assert result["search"]["facets"] == ["country"]
    assert (result["submit"]["conflict"], result["submit"]["ready"]) == (412, True)
    assert result["submit"]["state"] == "in-review"
    assert result["post"]["forums"] == ["members"]
    assert [" ".join(html.split()) for html in result["post"]["posts"]] == [
        "<p>It <strong>posts</strong> too.</p>",
        "<p>And replies.</p>",
    ]
    assert result["post"]["stranger"] in (401, 404)
    assert result["refused"] == 401
