"""Chooses what the built-in model is measured on: evaluation.json, committed before anything was trained.

    python choose_evaluation.py

A concept is a short caption and the pictures that count as showing it. A held-out pair is a colour and a
concept none of whose pictures is ever shown in that colour in training. Chance is what a model
gets that ignores the prompt.
"""

import json
import random
from pathlib import Path

HERE = Path(__file__).parent
COLOURS = ("red", "orange", "yellow", "green", "turquoise", "blue", "purple", "pink")

CONCEPTS = (
    """
dog|cat|frog|tiger|lion|horse|cow|pig|elephant|giraffe|zebra|rabbit|bear|panda|koala|penguin|owl|duck
flamingo|parrot|turtle|snake|whale|dolphin|fish|shark|octopus|crab|snail|butterfly|rose|sunflower|tulip
cactus|mushroom|palm tree|grapes|watermelon|lemon|banana|pineapple|apple|pear|cherries|strawberry|avocado
carrot|broccoli|bread|croissant|pancakes|cheese|hamburger|french fries|pizza|hot dog|taco|egg|donut
ice cream|volcano|house|castle|ferris wheel|train|bus|ambulance|taxi|car|tractor|bicycle|motorcycle|sailboat
airplane|helicopter|rocket|umbrella|snowman|rainbow|star|soccer ball|basketball|trophy|balloon|guitar|violin
drum|camera|laptop|key|hammer|scissors|candle|light bulb|crown|glasses|book|pencil|alarm clock|ghost
""".strip()
    .replace("\n", "|")
    .split("|")
)

# Further pictures that show the concept beside the one whose caption it is.
SHOWS = {
    "dog": ["dog face", "poodle", "service dog"],
    "cat": ["cat face", "black cat", "grinning cat"],
    "tiger": ["tiger face"],
    "horse": ["horse face"],
    "cow": ["cow face", "ox"],
    "pig": ["pig face"],
    "rabbit": ["rabbit face"],
    "bear": ["teddy bear"],
    "whale": ["spouting whale"],
    "fish": ["tropical fish"],
    "rose": ["wilted flower"],
    "mushroom": ["champignon"],
    "apple": ["green apple"],
    "bread": ["baguette"],
    "egg": ["cooking"],
    "ice cream": ["ice cream cone"],
    "volcano": ["mount fuji"],
    "house": ["house with garden", "houses"],
    "castle": ["japanese castle"],
    "train": ["high-speed train", "bullet train", "tram", "monorail"],
    "car": ["oncoming automobile", "sport car", "taxi"],
    "motorcycle": ["motor scooter"],
    "airplane": ["small airplane"],
    "umbrella": ["closed umbrella", "umbrella on ground"],
    "star": ["glowing star"],
    "drum": ["long drum"],
    "camera": ["movie camera", "video camera"],
    "laptop": ["desktop computer"],
    "key": ["old key"],
    "glasses": ["sunglasses"],
    "book": ["open book", "books", "notebook", "notebook with decorative cover"],
    "guitar": ["banjo"],
}

# Concepts for the pairs: things of one clear natural colour, which is not among the colours asked of them.
NATURAL = {
    "frog": "green",
    "cat": "yellow",
    "fish": "blue",
    "octopus": "red",
    "turtle": "green",
    "owl": "orange",
    "snail": "orange",
    "apple": "red",
    "strawberry": "red",
    "banana": "yellow",
    "pear": "green",
    "carrot": "orange",
    "pineapple": "yellow",
    "rose": "red",
    "cactus": "green",
    "sunflower": "yellow",
    "mushroom": "red",
    "donut": "pink",
    "pizza": "orange",
    "car": "red",
    "taxi": "yellow",
    "house": "orange",
    "bus": "yellow",
    "helicopter": "yellow",
    "sailboat": "red",
    "umbrella": "blue",
    "balloon": "red",
    "guitar": "red",
    "book": "red",
    "star": "yellow",
    "crown": "yellow",
    "key": "yellow",
    "candle": "orange",
    "pencil": "orange",
    "elephant": "grey",
    "lion": "orange",
    "snake": "green",
    "duck": "green",
    "butterfly": "orange",
    "basketball": "orange",
}

README = (
    """
red apple|frog|yellow car|green apple|taxi|cat face|pizza|cactus|rocket|blue car|purple flower|yellow apple
airplane|fish|house|ice cream|blue frog|pink elephant|green house|red rose|guitar|soccer ball|umbrella|tiger
purple fish|orange bicycle|watermelon|penguin|castle|hamburger|butterfly|blue strawberry
""".strip()
    .replace("\n", "|")
    .split("|")
)


def main() -> None:
    """Write evaluation.json."""
    records = json.loads((HERE / "noto_emoji.json").read_text())
    named = {record["caption"]: record for record in records}
    concepts = []
    for caption in CONCEPTS:
        concepts.append({"caption": caption, "shows": [caption, *SHOWS.get(caption, [])]})
    shows = {concept["caption"]: concept["shows"] for concept in concepts}
    missing = sorted({name for names in shows.values() for name in names} - named.keys())
    if missing:
        raise ValueError(f"expected captions of the set, got {missing}")
    draw = random.Random(2)
    kept = {prompt for prompt in README}
    pairs = []
    for place, (concept, natural) in enumerate(NATURAL.items()):
        near = {
            "orange": {"red", "yellow"},
            "yellow": {"orange"},
            "red": {"orange", "pink"},
            "pink": {"red", "purple"},
        }
        barred = {natural} | near.get(natural, set())
        free = [colour for colour in COLOURS if colour not in barred and f"{colour} {concept}" not in kept]
        colour = COLOURS[place % len(COLOURS)]
        colour = colour if colour in free else draw.choice(free)
        pairs.append(
            {"caption": f"{colour} {concept}", "colour": colour, "concept": concept, "shows": shows[concept]}
        )
    pairs[0] |= {"caption": "blue frog", "colour": "blue"}
    size = len(records)
    chance = {
        "concept": round(sum(len(concept["shows"]) for concept in concepts) / len(concepts) / size, 5),
        "pair concept": round(sum(len(pair["shows"]) for pair in pairs) / len(pairs) / size, 5),
        "colour": round(1 / len(COLOURS), 5),
    }
    whole = {"concepts": concepts, "held_out": pairs, "chance": chance, "readme": README}
    body = ",\n".join(
        f" {json.dumps(key)}: "
        + (
            "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]"
            if isinstance(value, list)
            else json.dumps(value)
        )
        for key, value in whole.items()
    )
    (HERE / "evaluation.json").write_text("{\n" + body + "\n}\n")


if __name__ == "__main__":
    main()
