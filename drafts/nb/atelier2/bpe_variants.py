TITLE = "2.1 Byte-pair encoding: the wrong answers worth a name, and other right ones."

HEADER = '''
from __future__ import annotations

from attentif.exercises import Equivalent, Misconception, Text


def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and (tokens[i], tokens[i + 1]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged
'''

MERGE='''def {name}(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and (tokens[i], tokens[i + 1]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged
'''
TRAIN='''def {name}(words, n_merges):
    splits = {word: [bytes([b]) for b in word.encode("utf-8")] for word in words}
    merges = []
    while len(merges) < n_merges:
        counts = {}
        for word, count in words.items():
            tokens = splits[word]
            for i in range(len(tokens) - 1):
                pair = tokens[i], tokens[i + 1]
                counts[pair] = counts.get(pair, 0) + count
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        splits = {word: merge_pair(tokens, best) for word, tokens in splits.items()}
    return merges
'''
ENCODE='''def {name}(word, merges):
    tokens = [bytes([b]) for b in word.encode("utf-8")]
    for pair in merges:
        tokens = merge_pair(tokens, pair)
    return tokens
'''
DECODE='''def {name}(tokens):
    return b"".join(tokens).decode("utf-8", errors="replace")
'''
code('''def merge_first_occurrence(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if b"".join(pair) not in merged and i + 1 < len(tokens) and (tokens[i], tokens[i + 1]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged
''')
code('''def merge_from_the_right(tokens, pair):
    merged, i = [], len(tokens)
    while i > 0:
        if i > 1 and (tokens[i - 2], tokens[i - 1]) == pair:
            merged.insert(0, tokens[i - 2] + tokens[i - 1])
            i -= 2
        else:
            merged.insert(0, tokens[i - 1])
            i -= 1
    return merged
''')
edit(MERGE,"merge_one_step",("i += 2","i += 1"))
edit(TRAIN,"train_tie_first_seen",("key=lambda pair: (counts[pair], pair)","key=lambda pair: counts[pair]"))
edit(TRAIN,"train_tie_smallest",("best = max(counts, key=lambda pair: (counts[pair], pair))","best = min(counts, key=lambda pair: (-counts[pair], pair))"))
edit(TRAIN,"train_words_counted_once",("for word, count in words.items():","for word in words:"),("counts.get(pair, 0) + count","counts.get(pair, 0) + 1"))
edit(TRAIN,"train_across_words",('    splits = {word: [bytes','    words = {"".join(word * count for word, count in words.items()): 1}\n    splits = {word: [bytes'))
edit(TRAIN,"train_without_overlap",("            for i in range(len(tokens) - 1):\n","            i, last = -1, len(tokens) - 2\n            while i < last:\n                i += 1\n"),
      ("                counts[pair] = counts.get(pair, 0) + count\n","                counts[pair] = counts.get(pair, 0) + count\n                i += tokens[i : i + 3] == [tokens[i]] * 3\n"))
edit(TRAIN,"train_stale_counts",("""    while len(merges) < n_merges:
        counts = {}
        for word, count in words.items():
            tokens = splits[word]
            for i in range(len(tokens) - 1):
                pair = tokens[i], tokens[i + 1]
                counts[pair] = counts.get(pair, 0) + count
        if not counts:
""","""    counts = {}
    for word, count in words.items():
        tokens = splits[word]
        for i in range(len(tokens) - 1):
            pair = tokens[i], tokens[i + 1]
            counts[pair] = counts.get(pair, 0) + count
    while len(merges) < n_merges:
        if not counts:
"""),("        splits = {word: merge_pair(tokens, best) for word, tokens in splits.items()}\n","        del counts[best]\n"))
edit(TRAIN,"train_characters",('[bytes([b]) for b in word.encode("utf-8")]','[letter.encode("utf-8") for letter in word]'))
edit(TRAIN,"train_only_repeated_pairs",("if not counts:","if not counts or max(counts.values()) < 2:"))
edit(TRAIN,"train_never_stops",("        if not counts:\n            break\n",""))
code('''def encode_longest_token(word, merges):
    raw = word.encode("utf-8")
    known = {one + other for one, other in merges}
    tokens, start = [], 0
    while start < len(raw):
        end = len(raw)
        while end > start + 1 and raw[start:end] not in known:
            end -= 1
        tokens.append(raw[start:end])
        start = end
    return tokens
''')
code('''def encode_leftmost_pair(word, merges):
    tokens = [bytes([b]) for b in word.encode("utf-8")]
    known = set(merges)
    i = 0
    while i + 1 < len(tokens):
        if (tokens[i], tokens[i + 1]) in known:
            tokens = [*tokens[:i], tokens[i] + tokens[i + 1], *tokens[i + 2 :]]
            i = 0
        else:
            i += 1
    return tokens
''')
edit(ENCODE,"encode_last_merge_first",("in merges:","in reversed(merges):"))
edit(ENCODE,"encode_characters",('[bytes([b]) for b in word.encode("utf-8")]','[letter.encode("utf-8") for letter in word]'))
edit(DECODE,"decode_each_token",('b"".join(tokens).decode("utf-8", errors="replace")','"".join(token.decode("utf-8", errors="replace") for token in tokens)'))
edit(DECODE,"decode_strict",(', errors="replace"',''))
edit(DECODE,"decode_ignore",('"replace"','"ignore"'))
edit(DECODE,"decode_latin_1",('"utf-8", errors="replace"','"latin-1"'))
edit(DECODE,"decode_with_spaces",('b""','b" "'))
code('''def merge_pair_by_index(tokens, pair):
    merged, rest = [], list(tokens)
    while rest:
        take = 2 if tuple(rest[:2]) == tuple(pair) else 1
        merged.append(b"".join(rest[:take]))
        rest = rest[take:]
    return merged
''')
code('''def merge_pair_looking_back(tokens, pair):
    one, other = pair
    merged, free = [], False
    for token in tokens:
        if free and merged[-1] == one and token == other:
            merged[-1] = one + other
            free = False
        else:
            merged.append(token)
            free = True
    return merged
''')
code('''def train_bpe_by_sorting(words, n_merges):
    def neighbours(tokens):
        return ((tokens[i], tokens[i + 1]) for i in range(len(tokens) - 1))

    texts = [(list(word.encode("utf-8")), count) for word, count in words.items()]
    texts = [([bytes([b]) for b in raw], count) for raw, count in texts]
    merges = []
    for _ in range(n_merges):
        pairs = sorted((pair, count) for tokens, count in texts for pair in neighbours(tokens))
        best, most, total, previous = None, 0, 0, None
        for pair, count in pairs:
            total = total + count if pair == previous else count
            previous = pair
            if total >= most:
                best, most = pair, total
        if best is None:
            return merges
        merges.append(best)
        texts = [(merge_pair(tokens, best), count) for tokens, count in texts]
    return merges
''')
code('''def train_bpe_recursive(words, n_merges):
    def neighbours(tokens):
        return [(tokens[i - 1], tokens[i]) for i in range(1, len(tokens))]

    def learn(texts, left):
        counts = {}
        for tokens, count in texts:
            for one, other in neighbours(tokens):
                counts[one, other] = counts.get((one, other), 0) + count
        if left <= 0 or not counts:
            return []
        most = max(counts.values())
        best = max(pair for pair, count in counts.items() if count == most)
        return [best, *learn([(merge_pair(tokens, best), count) for tokens, count in texts], left - 1)]

    return learn([([bytes([b]) for b in word.encode()], count) for word, count in words.items()], n_merges)
''')
code('''def train_bpe_one_big_list(words, n_merges):
    tokens, weights = [], []
    for word, count in words.items():
        tokens += [bytes([b]) for b in word.encode("utf-8")] + [None]
        weights += [count] * (len(word.encode("utf-8")) + 1)
    merges = []
    while len(merges) < n_merges:
        counts = {}
        for i in range(1, len(tokens)):
            if tokens[i - 1] is not None and tokens[i] is not None:
                counts.setdefault((tokens[i - 1], tokens[i]), []).append(weights[i])
        totals = {pair: sum(found) for pair, found in counts.items()}
        if not totals:
            break
        best = sorted(totals, key=lambda pair: (totals[pair], pair))[-1]
        merges.append(best)
        i = 0
        while i + 1 < len(tokens):
            if (tokens[i], tokens[i + 1]) == best:
                tokens[i : i + 2] = [best[0] + best[1]]
                del weights[i]
            i += 1
    return merges
''')
code('''def encode_bpe_lowest_rank(word, merges):
    rank = {pair: r for r, pair in enumerate(merges)}
    tokens = [bytes([b]) for b in word.encode("utf-8")]
    while len(tokens) > 1:
        ranks = [rank.get((tokens[i], tokens[i + 1]), len(rank)) for i in range(len(tokens) - 1)]
        i = min(range(len(ranks)), key=ranks.__getitem__)
        if ranks[i] == len(rank):
            break
        tokens[i : i + 2] = [tokens[i] + tokens[i + 1]]
    return tokens
''')
code('''def encode_bpe_on_numbers(word, merges):
    names = [bytes([b]) for b in range(256)]
    ids = list(word.encode("utf-8"))
    for one, other in merges:
        names.append(one + other)
        i = 0
        while i < len(ids) - 1:
            if names[ids[i]] == one and names[ids[i + 1]] == other:
                ids[i : i + 2] = [len(names) - 1]
            i += 1
    return [names[i] for i in ids]
''')
code('''def decode_bpe_by_sum(tokens):
    raw = b""
    for token in tokens:
        raw += token
    return str(raw, "utf-8", "replace")
''')

eq("merge_by_index", {"merge_pair": "merge_pair_by_index"})
eq("merge_looking_back", {"merge_pair": "merge_pair_looking_back", "decode_bpe": "decode_bpe_by_sum"})
eq("train_by_sorting", {"train_bpe": "train_bpe_by_sorting"}, uses=("merge_pair",))
eq("train_recursive", {"train_bpe": "train_bpe_recursive"}, uses=("merge_pair",))
eq("train_one_big_list", {"train_bpe": "train_bpe_one_big_list"})
eq("encode_lowest_rank", {"encode_bpe": "encode_bpe_lowest_rank"})
eq("encode_on_numbers", {"encode_bpe": "encode_bpe_on_numbers"})

mis("first_occurrence_only", {"merge_pair": "merge_first_occurrence"},
 ("Vous ne fusionnez que la première occurrence de la paire.","You merge only the first occurrence of the pair."),
 ("Dans « elle », la seconde paire resterait en deux jetons : le même mot serait découpé de deux façons.","In “elle” a second pair would stay two tokens: the same word would be cut in two ways."),
 ("Combien de fois la paire figure-t-elle dans la liste, et dans votre réponse ?","How many times does the pair stand in the list, and in your answer?"),
 ("Après une fusion, le parcours continue jusqu’au bout.","After a merge, the walk goes on to the end."),
 ("Ni `break`, ni `tokens.index(…)` seul : une boucle `while i < len(tokens)`.","Neither `break` nor a lone `tokens.index(…)`: a loop `while i < len(tokens)`."))
mis("from_the_right", {"merge_pair": "merge_from_the_right"},
 ("Vous fusionnez en partant de la fin : sur trois lettres égales, c’est la première qui reste seule.","You merge from the end: of three equal letters, the first stays alone."),
 ("L’énoncé demande de gauche à droite. Deux sens de lecture donnent deux découpages, donc deux suites d’identifiants.","The statement asks for left to right. Two directions give two ways of cutting, hence two sequences of ids."),
 ("Que donne votre fonction sur [a, a, a] et la paire (a, a) ?","What does your function give for [a, a, a] and the pair (a, a)?"),
 ("Il faut [aa, a].","It must be [aa, a]."),
 ("Parcourez la liste par indices croissants, en avançant de 2 après une fusion.","Walk through the list by growing index, by 2 after a merge."))
mis("moves_by_one", {"merge_pair": "merge_one_step"},
 ("Après une fusion vous avancez d’un seul jeton : le second jeton de la paire est repris une deuxième fois.","After a merge you move on by one token only: the second token of the pair is taken a second time."),
 ("Le texte s’allonge : des lettres y figurent deux fois, et décoder ne redonne plus le mot.","The text grows: letters stand in it twice, and decoding no longer gives the word back."),
 ("Mettez bout à bout les jetons de votre réponse : retrouvez-vous le mot ?","Join the tokens of your answer: is it still the word?"),
 ("Une fusion consomme deux jetons.","A merge consumes two tokens."),
 ("`i += 2` après une fusion, `i += 1` sinon.","`i += 2` after a merge, `i += 1` otherwise."))
mis("ties_first_seen", {"train_bpe": "train_tie_first_seen"},
 ("À égalité, vous gardez la première paire rencontrée.","On a tie, you keep the first pair met."),
 ("Le vocabulaire dépendrait de l’ordre des mots dans le dictionnaire : deux personnes n’auraient pas le même.","The vocabulary would depend on the order of the words in the dict: two people would not have the same."),
 ("Quelle paire l’énoncé choisit-il quand deux paires sont aussi fréquentes ?","Which pair does the statement choose when two pairs are equally frequent?"),
 ("La plus grande des deux, au sens de Python : `(b\"w\", b\"e\") > (b\"e\", b\"s\")`.","The greater of the two, as Python compares: `(b\"w\", b\"e\") > (b\"e\", b\"s\")`."),
 ("`max(counts, key=lambda pair: (counts[pair], pair))`.","`max(counts, key=lambda pair: (counts[pair], pair))`."), uses=("merge_pair",))
mis("ties_smallest", {"train_bpe": "train_tie_smallest"},
 ("À égalité, vous gardez la plus petite paire au lieu de la plus grande.","On a tie, you keep the smallest pair instead of the greatest."),
 ("Les fusions ne sont pas celles de l’énoncé, et un texte codé par les unes ne se relit pas avec les autres.","The merges are not those of the statement, and a text encoded with ones cannot be read with the others."),
 ("Dans l’exemple, cinq paires sont à égalité : laquelle vient la première ?","In the example five pairs tie: which one comes first?"),
 ("Comparez des couples (occurrences, paire), et prenez le maximum des deux.","Compare couples (occurrences, pair), and take the maximum of both."),
 ("`max(counts, key=lambda pair: (counts[pair], pair))`.","`max(counts, key=lambda pair: (counts[pair], pair))`."), uses=("merge_pair",))
mis("words_counted_once", {"train_bpe": "train_words_counted_once"},
 ("Vous comptez chaque mot une seule fois, quel que soit son nombre d’occurrences.","You count each word once, however often it occurs."),
 ("« de » pèserait autant qu’un mot qui n’apparaît qu’une fois : les fusions ne serviraient pas les mots fréquents.","“de” would weigh as much as a word that occurs once: merges would not serve the frequent words."),
 ("À quoi servent les valeurs du dictionnaire `words` ?","What are the values of the dict `words` for?"),
 ("Une paire d’un mot qui apparaît 5 fois apparaît 5 fois dans le texte.","A pair of a word that occurs 5 times occurs 5 times in the text."),
 ("Ajoutez `count`, et non 1, au compte de la paire.","Add `count`, not 1, to the pair’s count."), uses=("merge_pair",))
mis("across_words", {"train_bpe": "train_across_words"},
 ("Vous comptez des paires à cheval sur deux mots, comme si le texte n’était qu’un seul mot.","You count pairs that span two words, as if the text were one single word."),
 ("L’ordre des mots du dictionnaire n’a pas de sens : ces paires n’existent pas dans le texte.","The order of words in a dict means nothing: those pairs do not exist in the text."),
 ("Entre la fin d’un mot et le début du suivant, y a-t-il une paire ?","Between the end of a word and the start of the next, is there a pair?"),
 ("Découpez chaque mot pour lui-même, dans sa propre liste.","Cut each word for itself, in its own list."),
 ("`for word, count in words.items():`, puis les paires de `splits[word]` seulement.","`for word, count in words.items():`, then the pairs of `splits[word]` only."), uses=("merge_pair",))
mis("without_overlap", {"train_bpe": "train_without_overlap"},
 ("Dans « aaa » vous comptez la paire (a, a) une seule fois ; l’énoncé la compte à chaque place où elle figure, deux fois.","In “aaa” you count the pair (a, a) once; the statement counts it at every place where it stands, twice."),
 ("Compter sans recouvrement se défend, mais les fusions apprises ne sont plus les mêmes.","Counting without overlap can be defended, but the merges learned are no longer the same."),
 ("Combien de positions i ont tokens[i] = tokens[i+1] = a dans [a, a, a] ?","How many positions i have tokens[i] = tokens[i+1] = a in [a, a, a]?"),
 ("On compte toutes les paires de voisins, sans en sauter.","All pairs of neighbours are counted, none is skipped."),
 ("`for i in range(len(tokens) - 1)`, sans autre condition.","`for i in range(len(tokens) - 1)`, without any other condition."),convention=True, uses=("merge_pair",))
mis("stale_counts", {"train_bpe": "train_stale_counts"},
 ("Vous ne comptez les paires qu’une fois, au début : aucune fusion ne s’appuie sur une fusion précédente.","You count pairs only once, at the start: no merge builds on an earlier merge."),
 ("Le vocabulaire ne contient que des jetons de deux octets ; « est » ne pourrait jamais naître de « e » et « st ».","The vocabulary holds tokens of two bytes only; “est” could never be born of “e” and “st”."),
 ("Vos fusions ont-elles des jetons de plus de deux octets ?","Do your merges hold tokens of more than two bytes?"),
 ("Après chaque fusion, les mots sont découpés autrement : les paires changent.","After each merge words are cut otherwise: the pairs change."),
 ("Recommencez le comptage dans la boucle, sur les mots déjà fusionnés.","Count again inside the loop, on the words as already merged."), uses=("merge_pair",))
mis("characters_to_train", {"train_bpe": "train_characters"},
 ("Vous partez des caractères et non des octets : « é » y est déjà un seul jeton.","You start from characters, not bytes: “é” is one token already."),
 ("Un caractère absent du texte d’apprentissage n’aurait aucun jeton : ni « ɖ », ni « 🙂 » ne pourraient s’écrire.","A character that the training text lacks would have no token: neither “ɖ” nor “🙂” could be written."),
 ("Combien d’octets « é » occupe-t-il en UTF-8 ?","How many bytes does “é” take in UTF-8?"),
 ("`word.encode(\"utf-8\")` est une suite d’entiers, un par octet.","`word.encode(\"utf-8\")` is a sequence of integers, one for each byte."),
 ("`[bytes([b]) for b in word.encode(\"utf-8\")]`.","`[bytes([b]) for b in word.encode(\"utf-8\")]`."), uses=("merge_pair",))
mis("only_repeated_pairs", {"train_bpe": "train_only_repeated_pairs"},
 ("Vous vous arrêtez quand plus aucune paire n’apparaît deux fois ; l’énoncé va jusqu’à ce qu’il n’en reste aucune.","You stop when no pair occurs twice any more; the statement goes on until none is left."),
 ("Vous rendez moins de fusions que demandé alors qu’il reste des paires.","You return fewer merges than asked for though pairs are left."),
 ("Quand l’énoncé permet-il de rendre moins de n_merges fusions ?","When does the statement allow fewer than n_merges merges?"),
 ("Une paire qui n’apparaît qu’une fois compte aussi.","A pair that occurs once counts too."),
 ("La seule condition d’arrêt est `if not counts: break`.","The only condition to stop is `if not counts: break`."), uses=("merge_pair",))
mis("never_stops", {"train_bpe": "train_never_stops"},
 ("Quand il ne reste plus de paire, votre fonction s’arrête sur une erreur au lieu de rendre ce qu’elle a appris.","When no pair is left, your function stops with an error instead of returning what it learned."),
 ("Un petit texte, ou un texte vide, n’aurait pas de vocabulaire du tout.","A small text, or an empty one, would have no vocabulary at all."),
 ("Que vaut `max` d’un dictionnaire vide ?","What is `max` of an empty dict?"),
 ("Un mot d’un seul jeton n’a pas de paire.","A word of a single token has no pair."),
 ("`if not counts: break`, avant de chercher la meilleure paire.","`if not counts: break`, before looking for the best pair."), uses=("merge_pair",))
mis("longest_token", {"encode_bpe": "encode_longest_token"},
 ("Vous cherchez à chaque fois le plus long jeton connu, au lieu d’appliquer les fusions dans leur ordre.","You look for the longest known token each time, instead of applying the merges in their order."),
 ("C’est l’algorithme de WordPiece : il donne d’autres jetons que ceux sur lesquels le modèle est entraîné.","That is WordPiece’s algorithm: it gives other tokens than those the model is trained on."),
 ("Refaites l’apprentissage à la main sur ce mot : quelle fusion vient la première ?","Do the training again by hand on this word: which merge comes first?"),
 ("Le vocabulaire ne suffit pas : l’ordre des fusions compte.","The vocabulary is not enough: the order of the merges counts."),
 ("`for pair in merges: tokens = merge_pair(tokens, pair)`.","`for pair in merges: tokens = merge_pair(tokens, pair)`."))
mis("leftmost_pair", {"encode_bpe": "encode_leftmost_pair"},
 ("Vous fusionnez la première paire connue à gauche, sans regarder le rang des fusions.","You merge the leftmost known pair, without looking at the rank of merges."),
 ("Une fusion rare peut passer avant une fusion fréquente et lui prendre sa lettre : le mot n’est plus découpé comme à l’apprentissage.","A rare merge can come before a frequent one and take its letter: the word is no longer cut as in training."),
 ("Deux fusions se disputent la même lettre : laquelle a été apprise la première ?","Two merges compete for the same letter: which one was learned first?"),
 ("Le rang d’une fusion est sa place dans la liste `merges`.","The rank of a merge is its place in the list `merges`."),
 ("Parcourez `merges`, et non le mot : `for pair in merges: tokens = merge_pair(tokens, pair)`.","Walk through `merges`, not through the word: `for pair in merges: tokens = merge_pair(tokens, pair)`."))
mis("last_merge_first", {"encode_bpe": "encode_last_merge_first"},
 ("Vous appliquez les fusions à l’envers, la dernière apprise d’abord.","You apply the merges backwards, the last learned first."),
 ("Les dernières fusions ont besoin des jetons que créent les premières : presque rien n’est fusionné.","The last merges need tokens that the first ones make: almost nothing is merged."),
 ("Dans quel ordre les jetons sont-ils nés ?","In which order were the tokens born?"),
 ("Le rang 0 est la première fusion apprise.","Rank 0 is the first merge learned."),
 ("`for pair in merges:`, sans `reversed`.","`for pair in merges:`, without `reversed`."), uses=("merge_pair",))
mis("characters_to_encode", {"encode_bpe": "encode_characters"},
 ("Vous codez à partir des caractères et non des octets : une lettre accentuée y est déjà un seul jeton.","You encode from characters, not bytes: an accented letter is one token already."),
 ("Ces jetons ne sont pas dans le vocabulaire, qui ne connaît que 256 octets et leurs fusions.","Those tokens are not in the vocabulary, which only knows 256 bytes and their merges."),
 ("Combien de jetons « œuf » a-t-il sans aucune fusion ?","How many tokens has “œuf” without any merge?"),
 ("« œ » occupe deux octets.","“œ” takes two bytes."),
 ("`[bytes([b]) for b in word.encode(\"utf-8\")]`.","`[bytes([b]) for b in word.encode(\"utf-8\")]`."), uses=("merge_pair",))
mis("each_token_alone", {"decode_bpe": "decode_each_token"},
 ("Vous décodez chaque jeton pour lui-même : une lettre à cheval sur deux jetons devient « �� ».","You decode each token for itself: a letter that spans two tokens becomes “��”."),
 ("Rien n’oblige un jeton à finir à la fin d’une lettre : ni les accents ni les émojis ne reviendraient.","Nothing makes a token end where a letter ends: neither accents nor emojis would come back."),
 ("Que vaut `b\"\\xc3\".decode(errors=\"replace\")` ?","What is `b\"\\xc3\".decode(errors=\"replace\")`?"),
 ("On met d’abord tous les octets bout à bout.","All bytes are first put end to end."),
 ("`b\"\".join(tokens).decode(\"utf-8\", errors=\"replace\")`.","`b\"\".join(tokens).decode(\"utf-8\", errors=\"replace\")`."))
mis("strict_decoding", {"decode_bpe": "decode_strict"},
 ("Votre fonction s’arrête sur une erreur quand les octets ne forment pas un texte.","Your function stops with an error where bytes are no text."),
 ("Un modèle qui génère peut s’arrêter au milieu d’une lettre : on ne pourrait pas lire ce qu’il a écrit.","A model that generates may stop in the middle of a letter: what it wrote could not be read."),
 ("Quel argument de `decode` dit quoi faire des octets invalides ?","Which argument of `decode` says what to do with invalid bytes?"),
 ("L’énoncé veut un « � » à leur place.","The statement wants a “�” in their place."),
 ("`.decode(\"utf-8\", errors=\"replace\")`.","`.decode(\"utf-8\", errors=\"replace\")`."))
mis("ignored_bytes", {"decode_bpe": "decode_ignore"},
 ("Vous jetez les octets qui ne forment pas un texte ; l’énoncé veut un « � » à leur place.","You drop the bytes that are no text; the statement wants a “�” in their place."),
 ("Une lettre manquante passerait inaperçue : on croirait le modèle meilleur qu’il n’est.","A missing letter would go unnoticed: the model would seem better than it is."),
 ("Combien de caractères attendez-vous pour b\"a\\xffb\" ?","How many characters do you expect for b\"a\\xffb\"?"),
 ("Il y en a trois, dont un « � ».","There are three, one of which is “�”."),
 ("`errors=\"replace\"` au lieu de `errors=\"ignore\"`.","`errors=\"replace\"` instead of `errors=\"ignore\"`."))
mis("latin_1", {"decode_bpe": "decode_latin_1"},
 ("Vous lisez un octet par caractère (latin-1) : « é » devient « Ã© ».","You read one byte as one character (latin-1): “é” becomes “Ã©”."),
 ("Tous les accents, et toutes les lettres propres à l’éwé et au kabiyè, seraient illisibles.","All accents, and all letters proper to Ewe and Kabiyè, would be unreadable."),
 ("Avec quel codage le mot est-il devenu des octets ?","With which encoding did the word become bytes?"),
 ("`encode_bpe` emploie UTF-8 : il faut le même pour revenir.","`encode_bpe` uses UTF-8: the same is needed to come back."),
 ("`.decode(\"utf-8\", errors=\"replace\")`.","`.decode(\"utf-8\", errors=\"replace\")`."))
mis("spaces_between", {"decode_bpe": "decode_with_spaces"},
 ("Vous mettez une espace entre les jetons.","You put a space between tokens."),
 ("Les mots en plusieurs jetons seraient coupés en morceaux ; les espaces du texte sont déjà dans les jetons.","Words of several tokens would be cut into pieces; the spaces of the text are in the tokens already."),
 ("Que donne votre fonction sur [low, est] ?","What does your function give for [low, est]?"),
 ("Aucun octet ne s’ajoute entre deux jetons.","No byte is added between two tokens."),
 ("`b\"\".join(tokens)`, avec rien entre les guillemets.","`b\"\".join(tokens)`, with nothing between the quotes."))
