"""Sphinx's settings of the site. `make site` puts the site's sources together, then runs Sphinx on them."""

project = "attentif"
html_title = "Le Transformer, pas à pas"
language = "fr"
smartquotes = False  # the sources have their own typography
locale_dirs = ["locale"]
author = ""
extensions = ["myst_nb", "sphinx.ext.mathjax"]
exclude_patterns = ["_extra", "_templates", "_static", "locale"]
templates_path = ["_templates"]

# Markdown and notebooks. Modules come executed, ateliers are shown as they are handed out.
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "off"
nb_merge_streams = True
nb_render_markdown_format = "myst"  # questions are outputs, with formulas
nb_code_prompt_show = "Voir le code"
nb_code_prompt_hide = "Replier le code"

# Nothing is fetched from elsewhere.
mathjax_path = "mathjax/tex-svg-full.js"
mathjax3_config = {"svg": {"mtextInheritFont": True}}  # accents in the words of formulas
html_theme = "furo"
html_static_path = ["_static"]
html_extra_path = ["_extra"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sourcelink = False
html_permalinks_icon = "#"
pygments_style = "a11y-light"
pygments_dark_style = "a11y-dark"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072b2", "color-brand-content": "#00609a"},
    "dark_css_variables": {"color-brand-primary": "#56b4e9", "color-brand-content": "#7cc4ee"},
    "top_of_page_buttons": [],
}

FRENCH_GUIDES = {"guides/students", "guides/glossaire"}
SCROLLS = ("<pre>", '<div class="table-wrapper', '<div class="math')  # where it is narrow, sideways


def help_who_cannot_see_or_point(app, pagename, templatename, context, doctree):
    """What scrolls is reached by the keyboard; screen readers change their voice where a guide is in English."""
    body = context.get("body", "")
    for opening in SCROLLS:
        body = body.replace(opening, opening.replace("<pre", '<pre tabindex="0"').replace("<div", '<div tabindex="0"'))
    body = body.replace('<th class="head"><p></p></th>', "<td></td>")  # the corner of a table is no heading
    english = pagename.startswith("guides/") and pagename not in FRENCH_GUIDES
    context["body"] = f'<div lang="en">{body}</div>' if english else body


def setup(app):
    """Called by Sphinx."""
    app.connect("html-page-context", help_who_cannot_see_or_point)
