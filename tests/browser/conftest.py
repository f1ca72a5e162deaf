"""A browser, where there is one: Debian's chromium, or what ATTENTIF_CHROMIUM names."""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_IT = "no chromium: `sudo apt-get install chromium`, or name one in ATTENTIF_CHROMIUM"


def chromium_here():
    """The browser's program, or None."""
    return os.environ.get("ATTENTIF_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="module")
def chromium():
    """A browser that people could look over the shoulder of. Closed with each file: as long as it lives, no other event
    loop can run in this process."""
    api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install 'attentif[browser]'")
    program = chromium_here()
    if program is None:
        pytest.skip(HOW_TO_GET_IT)
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A page of its own, whose errors are its test's."""
    context = chromium.new_context(viewport={"width": 1100, "height": 900}, locale="fr-FR")
    context.set_default_timeout(300_000)  # a busy machine
    yield context.new_page()
    context.close()
