"""Every answer says what a browser may do with it: no other origin, no framing, no referrer, nothing kept.

A page sets `g.page_policy` (see `pages.render`); everything else gets a policy under which nothing at all is loaded.
"""

from typing import Final

from flask import Flask, Response, current_app, g

NOTHING: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PERMISSIONS_POLICY: Final = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), "
    "gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), "
    "publickey-credentials-create=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), "
    "xr-spatial-tracking=()"
)
HEADERS: Final = {
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": PERMISSIONS_POLICY,
}
HSTS: Final = "max-age=63072000; includeSubDomains"
WORKER_POLICY: Final = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


def page_policy(import_map_hash: str) -> str:
    """The policy of a page whose one inline script is the import map with this hash (`sha256-…`)."""
    return (
        f"default-src 'none'; script-src 'self' '{import_map_hash}'; style-src 'self'; img-src 'self' blob:; "
        "media-src blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'none'; "
        "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types mediation-worker"
    )


def init_app(app: Flask) -> None:
    """Set the headers on every answer."""

    def after(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = g.get("page_policy", NOTHING)
        response.headers["Cache-Control"] = "no-store"
        if current_app.config["SECURE"]:
            response.headers["Strict-Transport-Security"] = HSTS
        return response

    app.after_request(after)
