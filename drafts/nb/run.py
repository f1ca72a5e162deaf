"""run.py ATELIER NOTEBOOK: executes source/ATELIER/NOTEBOOK.ipynb as it stands (solutions inside, hidden checks left out of sight), prints its outputs, saves its figures."""
import base64, sys, time, os
from pathlib import Path
import nbformat
from nbclient import NotebookClient
atelier, name = sys.argv[1:3]
path = Path.cwd() / "source" / atelier / f"{name}.ipynb"
nb = nbformat.read(path, 4)
out = Path("/tmp/a2fig"); out.mkdir(exist_ok=True)
for c in nb.cells:
    if c.cell_type == "code" and "### BEGIN HIDDEN" in c.source:
        c.source = c.source.split("### BEGIN HIDDEN")[0]
t = time.time()
NotebookClient(nb, timeout=900, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(path.parent)}}).execute()
print(f"executed in {time.time()-t:.0f} s")
k = 0
for c in nb.cells:
    if c.cell_type != "code": continue
    for o in c.outputs:
        d = o.get("data", {})
        if "image/png" in d:
            k += 1; f = out / f"{name}-{k}.png"; f.write_bytes(base64.b64decode(d["image/png"])); print(c.id, "→", f)
        elif o.output_type == "error": print("ERROR", c.id, o.ename, o.evalue, "\n".join(o.traceback)[-1500:])
        else:
            text = o.get("text") or d.get("text/plain", "")
            print(c.id, "|", "".join(text)[:1200])
