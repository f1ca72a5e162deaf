# tags: illustration
# Le vocabulaire du cours : 256 octets, puis 768 fusions apprises sur le manuel (notebook 1), soit V = 1024 jetons.
from functools import cache

MERGES = [
    tuple(bytes.fromhex(part) for part in line.split())
    for line in Path("data/handbook/merges.txt").read_text(encoding="ascii").splitlines()
]
TOKENS = [bytes([b]) for b in range(256)] + [one + other for one, other in MERGES]  # identifiant -> octets
RANK = {pair: r for r, pair in enumerate(MERGES)}
ID = {token: i for i, token in reversed(list(enumerate(TOKENS)))}  # octets -> identifiant
VOCAB_SIZE = len(TOKENS)  # 1024
END = ID[b"\n"]  # le jeton qui finit un paragraphe


@cache
def ids_of_word(word):
    """The ids of one word, its merges made in order of rank."""
    tokens = [bytes([b]) for b in word.encode("utf-8")]
    while len(tokens) > 1:
        rank, i = min((RANK.get((tokens[i], tokens[i + 1]), VOCAB_SIZE), i) for i in range(len(tokens) - 1))
        if rank == VOCAB_SIZE:
            break
        tokens[i : i + 2] = [tokens[i] + tokens[i + 1]]
    return [ID[token] for token in tokens]


def encode(text):
    """Text -> ids (N,), int64."""
    return torch.tensor([i for word in words_of(text) for i in ids_of_word(word)], dtype=torch.long)


def decode(ids):
    """Ids -> text; bytes that are no text become "�"."""
    return b"".join(TOKENS[i] for i in ids.tolist()).decode("utf-8", errors="replace")


def corpus():
    """(training ids, validation ids): every paragraph, then END."""
    return tuple(encode("".join(f"{paragraph}\n" for paragraph in part)) for part in handbook())
