"""A page that is complete in itself: its head and its style, for a screen, a screen reader and paper.

No script, no font, picture or style from elsewhere: it opens in an archive ten years from now. Colors keep 4.5 : 1.
"""

from __future__ import annotations

from html import escape

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin-bottom:.2rem}h2{font-size:1.25rem;margin-top:2.2rem;border-bottom:1px solid #767676}
table{border-collapse:collapse;width:100%;margin:.6rem 0}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;
border-bottom:1px solid #ddd;overflow-wrap:break-word}thead th{background:#f2f2f2;border-bottom:1px solid #767676}
td.n,th.n{text-align:right;white-space:nowrap}.v{white-space:nowrap}
caption{text-align:left;color:#595959;padding:.2rem 0}
nav ul{columns:2;padding-left:1.2rem}.banner{border:2px solid #1a1a1a;padding:.4rem .8rem;font-weight:700}
.open{font-weight:700}.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;background:#fff;padding:.4rem}
.wide{overflow-x:auto}a{color:#0b4f8a}code{font-size:.92em}
details{margin:.5rem 0 .5rem 1rem}summary{cursor:pointer}
@media print{body{margin:0;max-width:none;font-size:11px}nav,.skip{display:none}h2{break-after:avoid}
tr,details{break-inside:avoid}.wide{overflow:visible}}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def head(title: str, style: str, *, policy: str = POLICY, refresh: str = "") -> str:
    """How every page of ours begins. `policy`: what it may load and run; none where the answer's own header says it.

    `refresh`: where a browser goes on to at once.
    """
    metas = f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n' if policy else ""
    metas += f'<meta http-equiv="refresh" content="0; url={refresh}">\n' if refresh else ""
    return ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n{metas}'
            f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n")


def page(title: str, body: str, style: str = "", *, policy: str = POLICY, refresh: str = "") -> bytes:
    """The page as UTF-8: `body` is HTML whose texts are escaped already, `style` what this page has besides."""
    return (f"{head(title, STYLE + style, policy=policy, refresh=refresh)}<body>\n{body}</body>\n</html>\n").encode()
