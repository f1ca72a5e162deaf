"""What tests of pages share: accessibility by axe-core, and screenshots of the documentation."""

import os
from pathlib import Path

SCREENSHOTS = os.environ.get("ATTENTIF_SCREENSHOTS")  # a folder: docs/screenshots, when they are made anew
GRAVE = ("serious", "critical")


def assert_accessible(page, context=None):
    """No violation that axe calls serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context).response["violations"]
    told = [
        f"{each['id']} ({each['impact']}): {node['html'][:200]} — {node.get('failureSummary', '')[:300]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"][:3]
    ]
    assert not told, "\n".join(told)


def assert_no_wider_than_the_window(page):
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], width


def picture(page, name, part=None):
    """A picture of a page, or of a part of it in a window that is high enough, for the documentation; nothing where
    nobody asked."""
    if not SCREENSHOTS:
        return
    size = page.viewport_size
    if part is not None:
        page.set_viewport_size({**size, "height": 1900})
        part.scroll_into_view_if_needed()
    (part or page).screenshot(path=Path(SCREENSHOTS) / f"{name}.png")
    page.set_viewport_size(size)
