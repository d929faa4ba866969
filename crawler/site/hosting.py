"""The small files that static hosts read: headers, redirects, the domain."""

from crawler.catalogue import Site

_ALL = """\
/*
  Access-Control-Allow-Origin: *
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer-when-downgrade
"""
_TYPES = {
    "/api/v1/statuses": "application/json; charset=utf-8",
    "/*.atom": "application/atom+xml; charset=utf-8",
    "/*.rss": "application/rss+xml; charset=utf-8",
    "/*/feed.json": "application/feed+json; charset=utf-8",
    "/feed.json": "application/feed+json; charset=utf-8",
    "/*.ics": "text/calendar; charset=utf-8",
    "/*.md": "text/markdown; charset=utf-8",
    "/*.csv": "text/csv; charset=utf-8",
    "/*.opml": "text/x-opml; charset=utf-8",
    "/data/status.db": "application/vnd.sqlite3",
}
_FRESH = ("/statuses.json", "/api/*", "/service/*", "/feed.*", "/")
_REDIRECTS = (
    ("/api/v1/statuses/", "/api/v1/statuses"),
    ("/incidents.rss", "/feed.rss"),
    ("/status", "/"),
    ("/api-docs", "/api/"),
    ("/service/:id/api/v2/summary", "/service/:id/api/v2/summary.json"),
)


def render(site: Site) -> dict[str, bytes]:
    """The files by path. `_headers` and `_redirects` are those of Netlify and Cloudflare Pages;
    GitHub Pages sends the open origin by itself and reads the other two."""
    types = "".join(f"{path}\n  Content-Type: {kind}\n" for path, kind in _TYPES.items())
    fresh = "".join(f"{path}\n  Cache-Control: public, max-age=60\n" for path in _FRESH)
    moved = "".join(f"{old} {new} 301\n" for old, new in _REDIRECTS)
    files = {".nojekyll": b"", "_headers": (_ALL + types + fresh).encode()}
    files["_redirects"] = moved.encode()
    if site.cname:
        files["CNAME"] = f"{site.cname}\n".encode()
    return files
