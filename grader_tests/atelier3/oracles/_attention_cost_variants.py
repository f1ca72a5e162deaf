"""3.15 attention_cost: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

from attentif.exercises import Equivalent, Misconception, Text

KEYS = ("flops_qk", "flops_av", "flops_proj", "flops_total", "memory_scores", "kv_cache", "rnn_flops")


def right_cost(n, d, h, B, bytes_per_element):
    costs = {"flops_qk": 2 * B * n * n * d, "flops_av": 2 * B * n * n * d, "flops_proj": 8 * B * n * d * d}
    costs["flops_total"] = sum(costs.values())
    costs["memory_scores"] = B * h * n * n * bytes_per_element
    costs["kv_cache"] = 2 * B * n * d * bytes_per_element
    costs["rnn_flops"] = 4 * B * n * d * d
    return costs


def cost_memory_with_d(n, d, h, B=1, bytes_per_element=4):
    return {**right_cost(n, d, h, B, bytes_per_element), "memory_scores": B * n * n * d * bytes_per_element}


def cost_memory_without_heads(n, d, h, B=1, bytes_per_element=4):
    return {**right_cost(n, d, h, B, bytes_per_element), "memory_scores": B * n * n * bytes_per_element}


def cost_heads_multiply(n, d, h, B=1, bytes_per_element=4):
    costs = right_cost(n, d, h, B, bytes_per_element)
    costs["flops_qk"], costs["flops_av"] = h * costs["flops_qk"], h * costs["flops_av"]
    costs["flops_total"] = costs["flops_qk"] + costs["flops_av"] + costs["flops_proj"]
    return costs


def cost_heads_divide(n, d, h, B=1, bytes_per_element=4):
    costs = right_cost(n, d, h, B, bytes_per_element)
    costs["flops_qk"], costs["flops_av"] = 2 * B * n * n * (d // h), 2 * B * n * n * (d // h)
    costs["flops_total"] = costs["flops_qk"] + costs["flops_av"] + costs["flops_proj"]
    return costs


def cost_of_multiply_adds(n, d, h, B=1, bytes_per_element=4):
    costs = right_cost(n, d, h, B, bytes_per_element)
    return {key: value // 2 if "flops" in key else value for key, value in costs.items()}


def cost_single_cache(n, d, h, B=1, bytes_per_element=4):
    return {**right_cost(n, d, h, B, bytes_per_element), "kv_cache": B * n * d * bytes_per_element}


def cost_cache_with_heads(n, d, h, B=1, bytes_per_element=4):
    return {**right_cost(n, d, h, B, bytes_per_element), "kv_cache": 2 * B * h * n * d * bytes_per_element}


def cost_in_elements(n, d, h, B=1, bytes_per_element=4):
    return right_cost(n, d, h, B, 1)


def cost_without_output_projection(n, d, h, B=1, bytes_per_element=4):
    costs = right_cost(n, d, h, B, bytes_per_element)
    costs["flops_proj"] = 6 * B * n * d * d
    costs["flops_total"] = costs["flops_qk"] + costs["flops_av"] + costs["flops_proj"]
    return costs


def cost_total_without_projections(n, d, h, B=1, bytes_per_element=4):
    costs = right_cost(n, d, h, B, bytes_per_element)
    return {**costs, "flops_total": costs["flops_qk"] + costs["flops_av"]}


def cost_of_one_sequence(n, d, h, B=1, bytes_per_element=4):
    return right_cost(n, d, h, 1, bytes_per_element)


def cost_of_one_rnn_step(n, d, h, B=1, bytes_per_element=4):
    return {**right_cost(n, d, h, B, bytes_per_element), "rnn_flops": 4 * B * d * d}


def cost_head_by_head(n, d, h, B=1, bytes_per_element=4):
    def product(rows, inner, columns):
        return 2 * rows * inner * columns

    size = d / h
    qk = sum(product(n, size, n) for _ in range(B * h))
    av = sum(product(n, n, size) for _ in range(B * h))
    projections = 3 * product(B * n, d, d) + product(B * n, d, d)
    return {
        "rnn_flops": float(n * (product(B, d, d) + product(B, d, d))),
        "kv_cache": bytes_per_element * (B * h * n * size + B * h * n * size),
        "memory_scores": bytes_per_element * B * h * n**2,
        "flops_total": qk + av + projections,
        "flops_proj": projections,
        "flops_av": av,
        "flops_qk": qk,
    }


def cost_with_extras(n, d, h, B=1, bytes_per_element=4):
    tokens = B * n
    pairs = tokens * n
    costs = {"flops_qk": 2 * pairs * d, "flops_av": 2 * pairs * d, "flops_proj": 8 * tokens * d**2}
    costs.update(flops_total=4 * pairs * d + 8 * tokens * d**2, rnn_flops=4 * tokens * d**2)
    costs.update(memory_scores=pairs * h * bytes_per_element, kv_cache=2 * tokens * d * bytes_per_element)
    costs["ratio"] = costs["flops_total"] / costs["rnn_flops"]
    return costs


MISCONCEPTIONS = (
    Misconception(
        name="memory_grows_with_d",
        defines={"attention_cost": cost_memory_with_d},
        uses=(right_cost,),
        finding=Text(
            "Votre memory_scores vaut exactement B·n²·d·octets : les scores n'ont pas d'axe d.",
            "Your memory_scores is exactly B·n²·d·bytes: scores have no axis d.",
        ),
        consequence=Text(
            "n²·d est un nombre d'opérations ; la matrice des scores ne garde qu'un nombre par paire et par tête.",
            "n²·d is a number of operations; the score matrix keeps one number for each pair and head.",
        ),
        hints=(
            Text("Quelle est la forme du tenseur des scores ?", "What is the shape of the score tensor?"),
            Text(
                "(B, h, n, n) : le produit scalaire a consommé la dimension.",
                "(B, h, n, n): the dot product has used the dimension up.",
            ),
            Text(
                "memory_scores = B * h * n * n * bytes_per_element.",
                "memory_scores = B * h * n * n * bytes_per_element.",
            ),
        ),
    ),
    Misconception(
        name="memory_without_heads",
        defines={"attention_cost": cost_memory_without_heads},
        uses=(right_cost,),
        finding=Text(
            "Votre memory_scores vaut exactement B·n²·octets : chaque tête a pourtant sa propre matrice (n, n).",
            "Your memory_scores is exactly B·n²·bytes: yet each head has its own (n, n) matrix.",
        ),
        consequence=Text(
            "Vous sous-estimez la mémoire d'un facteur h, souvent 12 ou davantage.",
            "You underestimate memory by a factor h, often 12 or more.",
        ),
        hints=(
            Text(
                "Combien de matrices de scores y a-t-il par phrase ?",
                "How many score matrices are there for a sentence?",
            ),
            Text(
                "Si les têtes se partagent d pour le calcul, elles ne se partagent pas n².",
                "Heads share d for the computation, but they do not share n².",
            ),
            Text(
                "memory_scores = B * h * n * n * bytes_per_element.",
                "memory_scores = B * h * n * n * bytes_per_element.",
            ),
        ),
    ),
    Misconception(
        name="heads_multiply_flops",
        defines={"attention_cost": cost_heads_multiply},
        uses=(right_cost,),
        finding=Text(
            "Vos flops_qk et flops_av sont exactement h fois trop grands : chaque tête n'a que d/h coordonnées.",
            "Your flops_qk and flops_av are exactly h times too large: each head only has d/h coordinates.",
        ),
        consequence=Text(
            "On croirait que le multi-tête coûte h fois une tête ; il coûte la même chose.",
            "One would believe multi-head costs h times one head; it costs the same.",
        ),
        hints=(
            Text("Quelles matrices une seule tête multiplie-t-elle ?", "Which matrices does a single head multiply?"),
            Text("h fois (n, d/h) @ (d/h, n) : le h se simplifie.", "h times (n, d/h) @ (d/h, n): h cancels out."),
            Text("flops_qk = 2 * B * n * n * d.", "flops_qk = 2 * B * n * n * d."),
        ),
    ),
    Misconception(
        name="one_head_counted",
        defines={"attention_cost": cost_heads_divide},
        uses=(right_cost,),
        finding=Text(
            "Vos flops_qk et flops_av sont exactement ceux d'une seule tête, h fois trop petits.",
            "Your flops_qk and flops_av are exactly those of a single head, h times too small.",
        ),
        consequence=Text(
            "Les autres têtes calculent aussi : ensemble elles couvrent les d coordonnées.",
            "The other heads compute as well: together they cover the d coordinates.",
        ),
        hints=(
            Text("Combien de têtes font ce produit ?", "How many heads do this product?"),
            Text("h têtes de dimension d/h : h·(d/h) = d.", "h heads of dimension d/h: h·(d/h) = d."),
            Text("flops_qk = 2 * B * n * n * d.", "flops_qk = 2 * B * n * n * d."),
        ),
    ),
    Misconception(
        name="multiply_adds_counted_once",
        defines={"attention_cost": cost_of_multiply_adds},
        uses=(right_cost,),
        finding=Text(
            "Tous vos FLOPs sont exactement deux fois trop petits : vous comptez une multiplication-addition pour 1.",
            "All your FLOPs are exactly half of what they should be: you count a multiply-add as 1.",
        ),
        consequence=Text(
            "C'est l'unité « MAC » ; comparée aux FLOP/s annoncés d'une carte, elle ferait croire tout deux fois plus "
            "rapide.",
            'That is the unit "MAC"; held against the FLOP/s quoted for a card, it would make all look twice as fast.',
        ),
        hints=(
            Text("Combien d'opérations dans a·b + c ?", "How many operations are there in a·b + c?"),
            Text("(m, k) @ (k, p) coûte 2·m·k·p.", "(m, k) @ (k, p) costs 2·m·k·p."),
            Text(
                "Multipliez par 2 tous les comptes de FLOPs, ceux du RNN aussi.",
                "Multiply all FLOP counts by 2, those of the RNN too.",
            ),
        ),
    ),
    Misconception(
        name="single_cache",
        defines={"attention_cost": cost_single_cache},
        uses=(right_cost,),
        finding=Text(
            "Votre kv_cache est exactement deux fois trop petit : il faut garder K et V.",
            "Your kv_cache is exactly half of what it should be: both K and V must be kept.",
        ),
        consequence=Text(
            "Un serveur dimensionné ainsi manque de mémoire à mi-parcours.",
            "A server sized this way runs out of memory half-way.",
        ),
        hints=(
            Text("Que signifient les deux lettres de KV ?", "What do both letters of KV stand for?"),
            Text("Deux tenseurs (B, n, d).", "Two tensors (B, n, d)."),
            Text("kv_cache = 2 * B * n * d * bytes_per_element.", "kv_cache = 2 * B * n * d * bytes_per_element."),
        ),
    ),
    Misconception(
        name="cache_multiplied_by_heads",
        defines={"attention_cost": cost_cache_with_heads},
        uses=(right_cost,),
        finding=Text(
            "Votre kv_cache est exactement h fois trop grand : les h têtes se partagent les d coordonnées.",
            "Your kv_cache is exactly h times too large: the h heads share the d coordinates.",
        ),
        consequence=Text(
            "Vous renonceriez à un contexte qui tient pourtant en mémoire.",
            "You would give up a context that does fit in memory.",
        ),
        hints=(
            Text(
                "Quelle est la forme de K une fois découpée en têtes ?", "What is the shape of K once cut into heads?"
            ),
            Text("(B, h, n, d/h) : autant de nombres que (B, n, d).", "(B, h, n, d/h): as many numbers as (B, n, d)."),
            Text("kv_cache = 2 * B * n * d * bytes_per_element.", "kv_cache = 2 * B * n * d * bytes_per_element."),
        ),
    ),
    Misconception(
        name="elements_instead_of_bytes",
        defines={"attention_cost": cost_in_elements},
        uses=(right_cost,),
        finding=Text(
            "Vos mémoires sont exactement en nombre d'éléments : bytes_per_element ne sert pas.",
            "Your memories are exactly numbers of elements: bytes_per_element is not used.",
        ),
        consequence=Text(
            "En float32, vous êtes quatre fois au-dessous de la réalité.",
            "In float32 you are four times below the truth.",
        ),
        hints=(
            Text(
                "Dans quelle unité l'énoncé veut-il les mémoires ?", "In which unit does the statement want memories?"
            ),
            Text("Un élément occupe bytes_per_element octets.", "One element takes bytes_per_element bytes."),
            Text(
                "Multipliez memory_scores et kv_cache par bytes_per_element.",
                "Multiply memory_scores and kv_cache by bytes_per_element.",
            ),
        ),
    ),
    Misconception(
        name="output_projection_forgotten",
        defines={"attention_cost": cost_without_output_projection},
        uses=(right_cost,),
        finding=Text(
            "Votre flops_proj ne compte exactement que trois projections : W_o est oubliée.",
            "Your flops_proj counts exactly three projections: W_o is forgotten.",
        ),
        consequence=Text(
            "Un quart du coût des projections manque, et le total est faux d'autant.",
            "A quarter of the projections' cost is missing, and the total is off by as much.",
        ),
        hints=(
            Text(
                "Combien de matrices (d, d) une couche d'attention possède-t-elle ?",
                "How many (d, d) matrices does an attention layer own?",
            ),
            Text("W_q, W_k, W_v avant l'attention, W_o après.", "W_q, W_k, W_v before attention, W_o after."),
            Text("flops_proj = 4 * 2 * B * n * d * d.", "flops_proj = 4 * 2 * B * n * d * d."),
        ),
    ),
    Misconception(
        name="total_without_projections",
        defines={"attention_cost": cost_total_without_projections},
        uses=(right_cost,),
        finding=Text(
            "Votre flops_total n'additionne exactement que QKᵀ et AV : les projections manquent.",
            "Your flops_total adds exactly QKᵀ and AV: the projections are missing.",
        ),
        consequence=Text(
            "Pour n < 2d, ce sont pourtant elles qui coûtent le plus.",
            "Yet as long as n < 2d they cost the most.",
        ),
        hints=(
            Text(
                "Comparez flops_proj à flops_qk pour n = 10 et d = 8.",
                "Compare flops_proj with flops_qk at n = 10 and d = 8.",
            ),
            Text("Le total réunit les trois comptes de FLOPs.", "The total gathers the three FLOP counts."),
            Text("flops_total = flops_qk + flops_av + flops_proj.", "flops_total = flops_qk + flops_av + flops_proj."),
        ),
    ),
    Misconception(
        name="batch_forgotten",
        defines={"attention_cost": cost_of_one_sequence},
        uses=(right_cost,),
        finding=Text(
            "Vos coûts sont exactement ceux d'une seule séquence : B ne sert pas.",
            "Your costs are exactly those of a single sequence: B is not used.",
        ),
        consequence=Text(
            "Tout, calcul et mémoire, est proportionnel à B.",
            "Everything, computation and memory, is proportional to B.",
        ),
        hints=(
            Text("Doublez B : que devient votre résultat ?", "Double B: what becomes of your result?"),
            Text(
                "Chaque séquence du lot a ses scores, son cache, ses projections.",
                "Each sequence of the batch has its scores, its cache, its projections.",
            ),
            Text("Multipliez chaque compte par B.", "Multiply each count by B."),
        ),
    ),
    Misconception(
        name="one_rnn_step",
        defines={"attention_cost": cost_of_one_rnn_step},
        uses=(right_cost,),
        finding=Text(
            "Votre rnn_flops vaut exactement 4·B·d² : c'est le coût d'un pas, et il y en a n.",
            "Your rnn_flops is exactly 4·B·d²: the cost of one step, and there are n.",
        ),
        consequence=Text(
            "La comparaison se fait sur la même suite de n mots : le RNN paraîtrait n fois moins cher.",
            "The comparison is over the same sequence of n tokens: the RNN would look n times cheaper.",
        ),
        hints=(
            Text(
                "Combien de fois le RNN avance-t-il pour lire n mots ?",
                "How many steps does the RNN take to read n tokens?",
            ),
            Text("Un pas : x·Wx et h·Wh, soit 2·2·B·d² FLOPs.", "One step: x·Wx and h·Wh, that is 2·2·B·d² FLOPs."),
            Text("rnn_flops = n * 4 * B * d * d.", "rnn_flops = n * 4 * B * d * d."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("head_by_head", {"attention_cost": cost_head_by_head}),
    Equivalent("with_extras", {"attention_cost": cost_with_extras}),
)
