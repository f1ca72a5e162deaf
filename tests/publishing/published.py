"""Reading pages as a browser does: what they load, where they lead, what they say."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADS = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "use": "href"}
_IN_STYLE = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
NOT_LOADED = {"next", "prev", "index", "search", "author", "canonical"}  # links of a head that a browser only knows of


class Html(HTMLParser):
    """What a page holds, tag by tag."""

    def __init__(self, path):
        super().__init__()
        self.path, self.tags, self.ids, self.text = path, [], set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        self.ids |= {attributes[name] for name in ("id", "name") if attributes.get(name)}

    def handle_data(self, data):
        self.text.append(data)

    def all(self, *names):
        """The attributes of each of these tags."""
        return [attributes for tag, attributes in self.tags if tag in names]

    def loaded(self):
        """The addresses that the page fetches by itself."""
        for tag, attributes in self.tags:
            if not set(attributes.get("rel", "").split()) & NOT_LOADED:
                yield attributes.get(LOADS.get(tag), "") or ""
            yield from styled(attributes.get("style") or "")

    def links(self):
        """Where it leads."""
        return [attributes["href"] for attributes in self.all("a") if attributes.get("href")]

    def headings(self):
        """The levels of its headings, in order."""
        return [int(tag[1]) for tag, _ in self.tags if re.fullmatch("h[1-6]", tag)]


def styled(css):
    """The addresses in a style sheet."""
    return [one or other for one, other in _IN_STYLE.findall(css)]


def pages(folder):
    """All pages of a folder."""
    return [Html(path) for path in sorted(Path(folder).rglob("*.html"))]


def dead_links(read):
    """(page, address) of each link inside the folder that leads to no file, or to no place of it."""
    ids = {page.path.resolve(): page.ids for page in read}
    for page in read:
        for address in {*page.links(), *page.loaded()}:
            parts = urlsplit(address)
            if parts.scheme or address in ("", "#"):
                continue
            target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path.resolve()
            known = ids.get(target)
            if not target.is_file() or (parts.fragment and known and unquote(parts.fragment) not in known):
                yield f"{page.path.name} → {address}"


def elsewhere(folder):
    """What pages and style sheets would fetch from another machine."""
    found = [f"{page.path.name}: {address}" for page in pages(folder) for address in page.loaded() if remote(address)]
    for path in Path(folder).rglob("*.css"):
        found += [f"{path.name}: {one}" for one in styled(path.read_text(encoding="utf-8")) if remote(one)]
    return found


def remote(address):
    """Whether an address is another machine's."""
    return urlsplit(address).scheme in ("http", "https", "ws", "wss") or address.startswith("//")
