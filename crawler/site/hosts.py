"""`_headers` and `_redirects`: what hosts such as Cloudflare Pages read, and others pass over."""

HEADERS = """\
/*
  Access-Control-Allow-Origin: *
  Cache-Control: public, max-age=60, stale-while-revalidate=300, stale-if-error=86400
  Content-Security-Policy: frame-ancestors 'none'
  Referrer-Policy: strict-origin-when-cross-origin
  X-Content-Type-Options: nosniff
/api/v1/statuses
  Content-Type: application/json; charset=utf-8
"""
REDIRECTS = "/api/v1/statuses /api/v1/statuses.json 200\n"


def render() -> dict[str, bytes]:
    """Both files; they are the same for every board."""
    return {"_headers": HEADERS.encode(), "_redirects": REDIRECTS.encode()}
