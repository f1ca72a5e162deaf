import sys
sys.path.insert(0,'tests')
from course.test_exercises import *
U={
"bpe":[
"def train_bpe(words, n_merges):\n    return [a+b for a,b in ref_train(words,n_merges)]",
"def train_bpe(words, n_merges):\n    return [(a.decode('latin-1'),b.decode('latin-1')) for a,b in ref_train(words,n_merges)]",
"def train_bpe(words, n_merges):\n    return ref_train({w.lower(): n for w,n in words.items()}, n_merges)[::-1]",
"def train_bpe(words, n_merges):\n    return ref_train(words, n_merges-1)",
"def train_bpe(words, n_merges):\n    return ref_train({w+'_': n for w,n in words.items()}, n_merges)",
"def train_bpe(words, n_merges):\n    return ref_train({w: n*n for w,n in words.items()}, n_merges)",
"def encode_bpe(word, merges):\n    return ref_encode(word, merges[:3])",
"def encode_bpe(word, merges):\n    return ref_encode(word, merges)[::-1]",
"def encode_bpe(word, merges):\n    t=[bytes([b]) for b in word.encode()]\n    for p in merges:\n        for i in range(len(t)-1):\n            if (t[i],t[i+1])==p:\n                t=merge_pair(t,p)\n                return t\n    return t",
"def decode_bpe(tokens):\n    return b''.join(tokens)",
"def decode_bpe(tokens):\n    return ''.join(t.decode('utf-8','ignore') for t in tokens)",
"def merge_pair(tokens, pair):\n    i=0\n    out=list(tokens)\n    while i<len(out)-1:\n        if (out[i],out[i+1])==pair:\n            out[i:i+2]=[out[i]+out[i+1]]\n            i=0\n        else: i+=1\n    return out[:-1] if len(out)>3 else out",
"def merge_pair(tokens, pair):\n    i=0\n    while i<len(tokens)-1:\n        if (tokens[i],tokens[i+1])==pair:\n            tokens[i:i+2]=[tokens[i]+tokens[i+1]]\n        i+=1\n    return tokens",
"def merge_pair(tokens, pair):\n    return [b''.join(pair) if t==pair[0] else t for t in tokens if t!=pair[1]]",
],
"sample_batch":[
"def sample_batch(ids,B,T,generator=None):\n    s=torch.randint(0,len(ids)-T+1,(B,),generator=generator)\n    return torch.stack([ids[i:i+T] for i in s]), torch.stack([ids[i+1:i+T+1] for i in s])",
"def sample_batch(ids,B,T,generator=None):\n    x,y=ref(ids,B,T)\n    return x,y",
"def sample_batch(ids,B,T,generator=None):\n    x,y=ref(ids,B,T,generator)\n    return x, y.flip(1)",
"def sample_batch(ids,B,T,generator=None):\n    if len(ids)<=T: raise ValueError\n    s=(torch.rand(B,generator=generator)**2*(len(ids)-T)).long()\n    p=s[:,None]+torch.arange(T)\n    return ids[p],ids[p+1]",
"def sample_batch(ids,B,T,generator=None):\n    if len(ids)<=T: raise ValueError\n    p=torch.randint(0,len(ids)-1,(B,T),generator=generator)\n    return ids[p],ids[p+1]",
"def sample_batch(ids,B,T,generator=None):\n    if len(ids)<=T: raise ValueError\n    s=torch.randint(0,len(ids)-T,(B,),generator=generator)\n    w=ids.unfold(0,T+1,1)[s]\n    return w[:,:-1],w[:,1:]",
"def sample_batch(ids,B,T,generator=None):\n    x,y=ref(ids,B,T,generator)\n    return x.float(), y.float()",
],
"bigram_model":[
"def bigram_probabilities(ids,V,alpha):\n    return ref(ids,V,2*alpha)",
"def bigram_probabilities(ids,V,alpha):\n    return ref(ids,V,alpha).T",
"def bigram_probabilities(ids,V,alpha):\n    return torch.log(ref(ids,V,alpha))",
"def bigram_probabilities(ids,V,alpha):\n    return ref(ids.flip(0),V,alpha)",
"def bigram_perplexity(P,ids):\n    if len(ids)<2: raise ValueError\n    return 10**(-torch.log(P[ids[:-1],ids[1:]]).mean().item())",
"def bigram_perplexity(P,ids):\n    if len(ids)<2: raise ValueError\n    return math.exp((-torch.log(P[ids[:-1],ids[1:]]).sum().item()+math.log(len(P)))/len(ids))",
"def bigram_perplexity(P,ids):\n    if len(ids)<2: raise ValueError\n    return 1/P[ids[:-1],ids[1:]].mean().item()",
"def bigram_perplexity(P,ids):\n    if len(ids)<2: raise ValueError\n    return math.exp(-torch.log(P[ids[:-1],ids[1:]]).median().item())",
],
"embedding":[
"def embed(ids,E):\n    return ref_e(ids,E)/math.sqrt(E.size(-1))",
"def embed(ids,E):\n    return ref_e(ids,E).detach()",
"def embed(ids,E):\n    return ref_e(ids,E.flip(0))",
"def embed_backward(ids,dY,V,padding_idx=None):\n    d=ref_b(ids,dY,V,padding_idx)\n    return d.sum(1)",
"def embed_backward(ids,dY,V,padding_idx=None):\n    d=ref_b(ids,dY,V,None)\n    if padding_idx is not None: d[padding_idx]*=0.5\n    return d",
"def embed_backward(ids,dY,V,padding_idx=None):\n    d=torch.zeros(V,dY.size(-1),dtype=dY.dtype)\n    for b in range(len(ids)): d[ids[b]]+=dY[b]\n    if padding_idx is not None: d[padding_idx]=0\n    return d",
"def embed_backward(ids,dY,V,padding_idx=None):\n    return -ref_b(ids,dY,V,padding_idx)",
"def embed_backward(ids,dY,V,padding_idx=None):\n    return 2*ref_b(ids,dY,V,padding_idx)",
],
}
ALIAS={"bpe":"ref_train,ref_encode=train_bpe,encode_bpe\n","sample_batch":"ref=sample_batch\n","bigram_model":"ref=bigram_probabilities\n","embedding":"ref_e,ref_b=embed,embed_backward\n"}
for n,l in U.items():
    e=load_exercise(COURSE.oracle("atelier2",n))
    for c in l:
        r=graded("atelier2",e,e.solution_source(),ALIAS[n]+c)
        print(n, f"{r.fraction:.2f}", sorted({x.diagnosis for z in r.results for x in z.explanations if x.diagnosis}), "|", c.split("\n",1)[1][:110].replace("\n",";"))
        if r.fraction<1 and len(sys.argv)>1:
            for z in r.results:
                for x in z.explanations: print("     ",z.hidden, x.finding.fr, (x.evidence.fr if x.evidence else "")[:150])
