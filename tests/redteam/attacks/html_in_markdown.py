"""Markdown cells hold scripts, event handlers, frames, forms and styles."""

from nbformat.v4 import new_markdown_cell

CATEGORY = "Tamper with the document"
POINTS = 0
SOLUTION = """
def center(X):
    return X * 0
"""


MARKUP = """
<script>PWNED</script>
<img src=x onerror=PWNED><svg onload=PWNED><details open ontoggle=PWNED>
<iframe srcdoc="<script>PWNED</script>"></iframe><object data="data:text/html,PWNED"></object>
<style>body {display: none}</style><form action="//PWNED"><input autofocus onfocus=PWNED></form>
<base href="//PWNED/"><meta http-equiv="refresh" content="0;url=//PWNED"><link rel=stylesheet href="//PWNED">
<div style="position:fixed;top:0;background:url(javascript:PWNED)">x</div>
<math><mtext><script>PWNED</script></mtext></math>
<a href="javascript:PWNED">a</a> [b](javascript:PWNED) [c](java&#115;cript:PWNED) <javascript:PWNED>
[d](data:text/html;base64,PWNED) <a href="java&#9;script:PWNED">e</a> <a href=" jAvAsCrIpT:PWNED">f</a>
<noscript><p title="</noscript><img src=x onerror=PWNED>"></noscript><!--><script>PWNED</script>-->
![x](x "\"onerror=PWNED") ![y"onerror=PWNED](y) `<script>PWNED</script>` $<script>PWNED</script>$
"""


def edit(notebook):
    notebook.cells.insert(0, new_markdown_cell(MARKUP))
    notebook.cells.append(new_markdown_cell("```\n<script>PWNED</script>\n```\n<scr<script>ipt>PWNED</script>"))
