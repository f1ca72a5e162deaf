import sys, time
from pathlib import Path
from attentif.exercises.course import find_course
from attentif.references.oracles import load_exercise
from attentif.authoring.verify import verify
e=load_exercise(find_course(Path('.')).oracle(sys.argv[4] if len(sys.argv) > 4 else 'atelier2',sys.argv[1]))
t=time.time()
v=verify(e, seeds=range(int(sys.argv[2]),int(sys.argv[3]))); print(time.time()-t, v.rounding, min(v.separation.values()), v.problems[:12])
