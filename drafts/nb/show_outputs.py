import nbformat,sys,base64,os
nb=nbformat.read(sys.argv[1],4)
os.makedirs('/tmp/a2fig',exist_ok=True)
for i,c in enumerate(nb.cells):
    if c.cell_type!='code': continue
    for o in c.outputs:
        if o.output_type=='stream': print(f"[{i}] {c.id}:", o.text[:1500])
        elif o.output_type=='error': print(f"[{i}] {c.id} ERROR", o.ename,o.evalue)
        elif 'image/png' in o.get('data',{}):
            open(f'/tmp/a2fig/{c.id}.png','wb').write(base64.b64decode(o.data['image/png'])); print(f"[{i}] {c.id} figure")
        elif 'text/plain' in o.get('data',{}): print(f"[{i}] {c.id}:", o.data['text/plain'][:700])
