// What a front end does, with a client whose types come from the OpenAPI document alone.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Problem = components["schemas"]["Problem"];
type Json = "application/json" | "application/problem+json";
type ContentItem = components["schemas"]["ContentItem"];

const baseUrl = process.env["BASE_URL"] ?? "";
const reader = createClient<paths, Json>({ baseUrl });
const member = createClient<paths, Json>({
  baseUrl,
  headers: { Authorization: `Bearer ${process.env["TOKEN"] ?? ""}` },
});

/** The answer, or the problem that came in its place. */
function must<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

async function allPages(): Promise<ContentItem[]> {
  const found: ContentItem[] = [];
  let cursor = "";
  do {
    const query = cursor ? { limit: 100, cursor } : { limit: 100 };
    const page = must(await reader.GET("/api/v3/content/", { params: { query } }));
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}

async function read() {
  const site = must(await reader.GET("/api/v3/site/"));
  const menu = must(await reader.GET("/api/v3/navigation/", {
    params: { query: { locale: "es" } },
  }));
  const pages = await allPages();
  const page = must(await reader.GET("/api/v3/content/find/", {
    params: { query: { path: process.env["PAGE"] ?? "" } },
  }));
  const headings = page.body.flatMap((block) =>
    block.type === "heading" && typeof block.value === "string" ? [block.value] : [],
  );
  return {
    languages: site.languages.map((language) => language.code),
    home: menu.home?.url ?? null,
    pages: pages.length,
    title: page.title,
    headings,
    crumbs: page.breadcrumbs.map((crumb) => crumb.title),
  };
}

async function search() {
  const found = must(await reader.GET("/api/v3/search/", {
    params: { query: { q: "diaspora", facets: "country" } },
  }));
  const asked = must(await reader.POST("/api/v3/search/", {
    body: {
      query: "diaspora",
      where: { not: { field: "language", in: ["nl"] } },
      sort: "newest",
      limit: 5,
      highlight: false,
    },
  }));
  const first = found.items[0];
  const publication = first && must(await reader.GET("/api/v3/publications/{id}/", {
    params: { path: { id: first.id } },
  }));
  return {
    count: found.count,
    asked: asked.count,
    facets: found.facets.map((facet) => facet.name),
    files: publication ? publication.files.map((file) => file.media_type) : [],
  };
}

async function submit() {
  const started = must(await member.POST("/api/v3/submissions/", {
    body: { kind: "publication", data: { title: "Free movement" } },
  }));
  const path = { key: started.key };
  const stale = `"${started.version}-0"`;
  const changed = await member.PATCH("/api/v3/submissions/{key}/", {
    params: { path, header: { "If-Match": stale } },
    body: {
      data: {
        title: "Free movement in the Caribbean",
        record_language: "en",
        document_type: "report",
        contributors: [{ role: "author", family_name: "Charles", given_name: "Maya" }],
        year: "2024",
        languages: ["en"],
        shelf: "public",
        licence: "CC-BY-4.0",
        external_url: "https://example.org/report.pdf",
      },
    },
  });
  must(changed);
  const again = await member.PATCH("/api/v3/submissions/{key}/", {
    params: { path, header: { "If-Match": stale } },
    body: { data: { title: "Lost" } },
  });
  const problem: Problem | undefined = again.error;
  const checked = must(await member.GET("/api/v3/submissions/{key}/check/", { params: { path } }));
  const sent = must(await member.POST("/api/v3/submissions/{key}/submit/", { params: { path } }));
  return {
    conflict: problem?.status ?? null,
    ready: checked.ready,
    state: sent.state.code,
    key: sent.key,
  };
}

async function post() {
  const forums = must(await member.GET("/api/v3/forum/forums/"));
  const topic = must(await member.POST("/api/v3/forum/forums/{code}/topics/", {
    params: { path: { code: "members" } },
    body: { title: "A client in TypeScript", text: "It **posts** too.", language: "en" },
  }));
  const path = { key: topic.key };
  must(await member.POST("/api/v3/forum/topics/{key}/posts/", {
    params: { path },
    body: { text: "And replies.", language: "en" },
  }));
  const posts = must(await member.GET("/api/v3/forum/topics/{key}/posts/", { params: { path } }));
  const stranger = await reader.GET("/api/v3/forum/topics/{key}/", { params: { path } });
  return {
    forums: forums.items.map((forum) => forum.code),
    posts: posts.items.map((one) => one.html),
    stranger: stranger.response.status,
  };
}

async function refused() {
  const answer = await createClient<paths, Json>({
    baseUrl,
    headers: { Authorization: "Bearer wagtail_nonsense" },
  }).GET("/api/v3/events/");
  return answer.error ? answer.error.status : null;
}

const result = {
  read: await read(),
  search: await search(),
  submit: await submit(),
  post: await post(),
  refused: await refused(),
};
console.log(JSON.stringify(result));
