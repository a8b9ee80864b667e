"""A client in TypeScript, made from the OpenAPI document alone, compiled strictly, and run."""

from __future__ import annotations

import json

from cpmg.users import tokens
from pages import factories as make
from repository.models import Submission
from tests.api import nodejs
from tests.api.test_submissions import member


def test_a_client_made_from_the_document_reads_searches_and_submits(live_server, world, get):
    make.ContentPageFactory(title="About", slug="about", body=[("heading", "What we do")])
    folder = nodejs.workshop()
    (folder / "openapi.json").write_text(json.dumps(get("/openapi.json").json()))
    generator = "node_modules/openapi-typescript/bin/cli.js"
    options = ("--default-non-nullable", "false")
    nodejs.run(folder, generator, "openapi.json", "-o", "api.d.ts", *options)
    nodejs.run(folder, "node_modules/typescript/bin/tsc", "--project", "tsconfig.json")
    key = tokens.create(member(), "client", ["submit"], 7)
    printed = nodejs.run(
        folder,
        "built/client.js",
        BASE_URL=live_server.url,
        TOKEN=key,
        PAGE="/en/about/",
    )
    result = json.loads(printed)
    assert result["read"]["languages"] == ["en", "es", "fr", "nl"]
    assert result["read"]["pages"] > 6
    assert result["read"]["title"] == "About"
    assert result["read"]["headings"] == ["What we do"]
    assert result["search"]["count"] >= 1
    assert result["search"]["files"] == ["application/pdf"]
    assert result["submit"] == {
        "conflict": 412,
        "ready": True,
        "state": "in-review",
        "key": str(Submission.objects.get().key),
    }
    assert result["refused"] == 401
