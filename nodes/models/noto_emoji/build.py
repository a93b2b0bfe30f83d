"""Rebuilds this folder's sheet and captions from the Noto Color Emoji font and emojibase-data.

    python build.py NotoColorEmoji.ttf emojibase-data/en/data.json

The font is Debian's fonts-noto-color-emoji 2.042, the captions are npm's emojibase-data 17.0.0. The files
that this writes are committed, so nobody needs to run it: it shows where every picture and word comes from.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
SIZE, COLUMNS = 64, 32
# Groups by emojibase's numbers. Whole ones are taken but for what is excluded; the others by name.
GROUPS = {
    0: "faces",
    1: "body",
    3: "animals",
    4: "food",
    5: "travel",
    6: "activities",
    7: "objects",
    8: "symbols",
    9: "flags",
}
WHOLE = {"animals", "food", "travel", "activities", "objects"}
COLOURS = (
    "red",
    "orange",
    "yellow",
    "green",
    "turquoise",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "white",
    "grey",
    "light",
)

INCLUDED = """
grinning face|face with tears of joy|winking face|smiling face with halo|smiling face with heart-eyes
star-struck|face blowing a kiss|face savoring food|face with tongue|zany face|money-mouth face|thinking face
zipper-mouth face|neutral face|face with rolling eyes|sleeping face|face with medical mask|nauseated face
hot face|cold face|exploding head|cowboy hat face|partying face|smiling face with sunglasses|nerd face
crying face|loudly crying face|face screaming in fear|enraged face|smiling face with horns|skull
skull and crossbones|pile of poo|clown face|ogre|goblin|ghost|alien|alien monster|robot|grinning cat
see-no-evil monkey|hear-no-evil monkey|speak-no-evil monkey|love letter|heart with arrow|heart with ribbon
sparkling heart|two hearts|broken heart|heart on fire|red heart|kiss mark|collision|dizzy|speech balloon
thought balloon|hole|bomb|brain|anatomical heart|lungs|tooth|bone|eyes|eye|tongue|mouth|mechanical arm
red circle|red square|red triangle pointed up|large blue diamond|warning|radioactive|recycling symbol
check mark|cross mark|peace symbol|yin yang|chequered flag|triangular flag|pirate flag|rainbow flag
red question mark|red exclamation mark
""".replace("\n", "|").split("|")

EXCLUDED = """
guide dog|front-facing baby chick|globe showing Europe-Africa|globe showing Asia-Australia|map of Japan
foggy|sunrise|cityscape at dusk|Japanese post office|love hotel|station|mountain railway|tram car
oncoming police car|oncoming taxi|oncoming bus|airplane arrival|timer clock|hourglass not done|snowman
sun behind small cloud|sun behind large cloud|umbrella with rain drops|cloud with lightning|1st place medal
2nd place medal|3rd place medal|mobile phone with arrow|closed mailbox with lowered flag
open mailbox with raised flag|open mailbox with lowered flag|yen banknote|euro banknote|pound banknote
incoming envelope|e-mail|envelope with arrow|inbox tray|outbox tray|green book|blue book|orange book
page with curl|chart increasing with yen|bell with slash|low battery|camera with flash
magnifying glass tilted right|dvd|cigarette|muted speaker|speaker low volume|speaker medium volume
spiral calendar|tear-off calendar|card index|new moon|waxing crescent moon|first quarter moon
waxing gibbous moon|waning gibbous moon|last quarter moon|waning crescent moon|new moon face
first quarter moon face|last quarter moon face|full moon face|suspension railway|aerial tramway|motorway
railway track|fog|bus stop|Japanese symbol for beginner|heart suit|mahjong red dragon|joker
flower playing cards|hamsa|placard|identification card|nazar amulet|linked paperclips|card index dividers
card file box|manual wheelchair|motorized wheelchair|trackball|computer disk|optical disk|pager|level slider
control knobs|videocassette|woman’s hat|woman’s clothes|hair pick|folding hand fan|prayer beads|field hockey
lacrosse|moon viewing ceremony|pine decoration|tanabata tree|rice cracker|oden|fish cake with swirl
roasted sweet potato|sake|ledger|page facing up|label|bookmark|bookmark tabs|rolled-up newspaper|receipt
kaaba|seat|wood|rock|minibus|trolleybus|light rail|metro
""".replace("\n", "|").split("|")

RENAMED = {
    "red apple": "apple",
    "red heart": "heart",
    "red circle": "circle",
    "red square": "square",
    "red triangle pointed up": "triangle",
    "large blue diamond": "diamond",
    "automobile": "car",
    "closed book": "book",
    "globe showing Americas": "globe",
    "baguette bread": "baguette",
    "cheese wedge": "cheese",
    "ear of corn": "corn",
    "ringed planet": "planet",
    "hourglass done": "hourglass",
    "snowman without snow": "snowman",
    "honeybee": "bee",
    "lady beetle": "ladybug",
    "high voltage": "lightning",
    "magnifying glass tilted left": "magnifying glass",
    "closed mailbox with raised flag": "mailbox",
    "speaker high volume": "speaker",
    "man’s shoe": "brown shoe",
    "sport utility vehicle": "sport car",
    "tangerine": "tangerine",
    "bellhop bell": "desk bell",
    "fire engine": "fire truck",
    "articulated lorry": "lorry",
    "water pistol": "water gun",
    "bug": "caterpillar",
    "doughnut": "donut",
    "high-heeled shoe": "high heel",
    "woman’s sandal": "sandal",
    "woman’s boot": "boot",
    "rescue worker’s helmet": "rescue helmet",
    "spiral shell": "shell",
    "soft ice cream": "ice cream cone",
    "leafy green": "lettuce",
    "performing arts": "theatre masks",
    "deciduous tree": "tree",
    "flying saucer": "ufo",
    "passenger ship": "cruise ship",
    "water wave": "wave",
    "jack-o-lantern": "halloween pumpkin",
    "pool 8 ball": "billiard ball",
    "wrapped gift": "gift",
    "game die": "dice",
    "red question mark": "question mark",
    "red exclamation mark": "exclamation mark",
    "dollar banknote": "banknote",
    "one-piece swimsuit": "swimsuit",
    "blossom": "flower",
    "triangular flag": "flag",
    "pile of poo": "poo",
    "mobile phone": "phone",
    "telephone": "old telephone",
    "black bird": "blackbird",
    "brown mushroom": "champignon",
    "red paper lantern": "paper lantern",
    "vertical traffic light": "traffic light",
    "horizontal traffic light": "sideways traffic light",
    "red envelope": "lucky envelope",
    "shrimp": "shrimp",
    "grinning face": "smiley",
    "snow-capped mountain": "snowy mountain",
}

ALSO = {
    "dog": ["puppy"],
    "cat": ["kitten"],
    "dog face": ["head of a dog"],
    "cat face": ["head of a cat"],
    "frog": ["frog face", "toad"],
    "airplane": ["plane", "aeroplane", "jet"],
    "bicycle": ["bike"],
    "motorcycle": ["motorbike"],
    "car": ["automobile", "vehicle"],
    "taxi": ["cab"],
    "house": ["home", "cottage"],
    "sailboat": ["boat", "sailing boat"],
    "ship": ["cargo ship"],
    "donut": ["doughnut"],
    "hamburger": ["burger"],
    "french fries": ["fries", "chips"],
    "ice cream": ["bowl of ice cream"],
    "ice cream cone": ["soft ice cream", "cone"],
    "birthday cake": ["cake"],
    "hot beverage": ["coffee", "cup of coffee", "tea"],
    "beer mug": ["beer"],
    "wine glass": ["wine", "glass of wine"],
    "glass of milk": ["milk"],
    "soccer ball": ["football", "soccer"],
    "american football": ["rugby ball"],
    "light bulb": ["lamp", "bulb"],
    "television": ["tv"],
    "laptop": ["computer"],
    "desktop computer": ["monitor"],
    "phone": ["mobile phone", "smartphone"],
    "t-shirt": ["shirt", "tee shirt"],
    "jeans": ["trousers", "pants"],
    "running shoe": ["shoe", "sneaker"],
    "brown shoe": ["leather shoe", "man's shoe"],
    "top hat": ["hat"],
    "billed cap": ["cap", "baseball cap"],
    "pencil": ["drawing pencil"],
    "gift": ["present", "wrapped gift"],
    "flower": ["blossom", "daisy"],
    "tree": ["deciduous tree", "oak"],
    "evergreen tree": ["fir", "pine tree"],
    "sun": ["sunshine"],
    "crescent moon": ["moon"],
    "droplet": ["drop", "water drop"],
    "fire": ["flame"],
    "poultry leg": ["chicken leg", "drumstick"],
    "ewe": ["sheep"],
    "ladybug": ["lady beetle", "ladybird"],
    "bee": ["honeybee"],
    "caterpillar": ["bug"],
    "t-rex": ["dinosaur", "tyrannosaurus"],
    "sauropod": ["long neck dinosaur"],
    "tangerine": ["mandarin", "orange fruit"],
    "blueberries": ["blueberry"],
    "cherries": ["cherry"],
    "hot pepper": ["chili"],
    "bell pepper": ["pepper"],
    "egg": ["fried egg"],
    "cooking": ["frying pan"],
    "bouquet": ["flowers", "bunch of flowers"],
    "eye": ["one eye"],
    "eyes": ["two eyes"],
    "skull": ["death"],
    "pile of poo": ["poop"],
    "poo": ["pile of poo", "poop"],
    "smiley": ["grinning face", "happy face", "smiling face"],
    "crying face": ["sad face"],
    "enraged face": ["angry face"],
    "hourglass": ["sand clock"],
    "alarm clock": ["clock"],
    "globe": ["earth", "world"],
    "lightning": ["lightning bolt"],
    "police car": ["police"],
    "delivery truck": ["truck"],
    "fire truck": ["fire engine"],
    "sport car": ["suv"],
    "mouse face": ["head of a mouse"],
    "ufo": ["flying saucer", "spaceship"],
    "halloween pumpkin": ["pumpkin", "jack-o-lantern"],
    "teddy bear": ["teddy"],
    "game die": ["die"],
    "violin": ["fiddle"],
    "musical keyboard": ["piano"],
    "drum": ["drums"],
    "trophy": ["cup trophy"],
    "closed umbrella": ["folded umbrella"],
    "umbrella on ground": ["beach umbrella", "parasol"],
    "chess pawn": ["pawn"],
    "steaming bowl": ["noodle soup", "ramen"],
    "spaghetti": ["pasta"],
    "lungs": ["lung"],
    "bread": ["loaf of bread"],
    "baby chick": ["chick"],
    "rooster": ["cock"],
    "chicken": ["hen"],
    "beetle": ["green beetle"],
    "sneaker": ["trainers"],
    "locomotive": ["steam train"],
    "train": ["railway train"],
    "passenger ship": ["cruise"],
    "face with tears of joy": ["laughing face"],
    "smiling face with sunglasses": ["cool face"],
    "speaker": ["loudspeaker volume"],
    "smiling face with heart-eyes": ["face in love"],
    "old telephone": ["telephone", "red telephone"],
    "paintbrush": ["brush"],
    "gem stone": ["gem", "jewel"],
    "snowy mountain": ["mountain with snow"],
    "key": ["golden key"],
    "artist palette": ["palette", "paint"],
    "framed picture": ["painting", "picture"],
    "closed book": ["red book"],
    "wastebasket": ["trash can", "bin"],
    "bed": ["single bed"],
    "couch and lamp": ["couch", "sofa"],
    "sandwich": ["toast"],
}


def label_of(entry: dict) -> str:
    """Return the primary caption of an emojibase record."""
    label: str = entry["label"]
    return RENAMED.get(label, label).lower().replace("’", "'").replace("ñ", "n")


def chosen(entry: dict) -> bool:
    """Say whether a record belongs to the set."""
    group = GROUPS.get(entry.get("group", -1))
    label = entry["label"]
    if label in INCLUDED:
        return True
    clock = "o’clock" in label or label.endswith("-thirty")
    return group in WHOLE and label not in EXCLUDED and not clock


def rendered(font: ImageFont.FreeTypeFont, emoji: str) -> Image.Image:
    """Draw one emoji at 136 × 136 with alpha."""
    canvas = Image.new("RGBA", (136, 136), (255, 255, 255, 0))
    ImageDraw.Draw(canvas).text((0, 4), emoji, font=font, embedded_color=True)
    return canvas


def on_white(glyph: Image.Image) -> Image.Image:
    """Composite on white and scale to 64 × 64; the middle 132 pixels hold every glyph."""
    page = Image.new("RGB", glyph.size, "white")
    page.paste(glyph, (0, 0), glyph)
    return page.crop((2, 2, 134, 134)).resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def recolour(picture: Image.Image) -> str:
    """Say how a picture can take another colour.

    Returns:
        "hue" where one hue carries at least 70 % of the chroma, "tint" for grey things, "" for the rest.
    """
    rgb = np.asarray(picture, dtype=np.float64) / 255
    hsv = np.asarray(picture.convert("HSV"), dtype=np.float64) / 255
    chroma = rgb.max(2) - rgb.min(2)
    ink = (1 - rgb.min(2)).clip(0, 1)
    if chroma.sum() < 0.12 * ink.sum():
        middle = ((rgb.max(2) > 0.3) & (rgb.max(2) < 0.93)).sum()
        return "tint" if middle > 300 else ""
    if chroma.sum() < 100:
        return ""
    bins = np.bincount((hsv[..., 0] * 72).astype(int).ravel() % 72, weights=chroma.ravel(), minlength=72)
    window = np.sum([np.roll(bins, shift) for shift in range(-7, 8)], axis=0)
    return "hue" if window.max() >= 0.7 * chroma.sum() else ""


def captions_of(entry: dict, name: str, tags: Counter, names: set[str]) -> dict:
    """Collect a picture's captions: the primary one, whole alternatives, and words that may follow it."""
    own = [word for word in entry.get("tags", []) if word != name]
    alone = [
        word for word in own if tags[word] == 1 and word not in names and word.isascii() and len(word) > 2
    ]
    claimed = {other for key, words in ALSO.items() if key != name for other in words}
    also = ALSO.get(name, []) + [word for word in alone if word not in claimed and word not in COLOURS][:2]
    label = entry["label"].lower().replace("’", "'").replace("ñ", "n")
    if label not in (name, *also) and label not in names:
        also.append(label)
    shared = [
        word
        for word in own
        if word not in also and word not in COLOURS and word.isascii() and word not in names
    ]
    return {"also": list(dict.fromkeys(also)), "tags": shared[:4]}


def main(font_path: str, captions_path: str) -> None:
    """Write noto_emoji.webp and noto_emoji.json."""
    font = ImageFont.truetype(font_path, 109)
    entries = [entry for entry in json.loads(Path(captions_path).read_text()) if chosen(entry)]
    blank = on_white(rendered(font, "\U000f1234")).tobytes()
    drawn = [(entry, on_white(rendered(font, entry["emoji"]))) for entry in entries]
    drawn = [(entry, picture) for entry, picture in drawn if picture.tobytes() != blank]
    names = {label_of(entry) for entry, _ in drawn}
    tags = Counter(tag for entry, _ in drawn for tag in set(entry.get("tags", [])))
    sheet = Image.new("RGB", (COLUMNS * SIZE, -(-len(drawn) // COLUMNS) * SIZE), "white")
    records = []
    for place, (entry, picture) in enumerate(drawn):
        sheet.paste(picture, (place % COLUMNS * SIZE, place // COLUMNS * SIZE))
        name = label_of(entry)
        record = {"caption": name, **captions_of(entry, name, tags, names)}
        words = entry["label"].lower().split() + name.split()
        record |= {"group": GROUPS[entry["group"]], "recolour": "" if name in FIXED else recolour(picture)}
        record["colours"] = sorted({word for word in words if word in COLOURS})
        records.append(record)
    repeated = [name for name, count in Counter(record["caption"] for record in records).items() if count > 1]
    if repeated:
        raise ValueError(
            f"expected a caption of its own for every picture, got {repeated} twice: rename one of them"
        )
    sheet.save(HERE / "noto_emoji.webp", lossless=True, quality=100, method=6)
    lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (HERE / "noto_emoji.json").write_text(f"[\n{lines}\n]\n")


# Pictures whose colour is the point of them.
FIXED = {
    "rainbow",
    "rainbow flag",
    "green apple",
    "tangerine",
    "black cat",
    "white flower",
    "fire",
    "blackbird",
}

if __name__ == "__main__":
    main(*sys.argv[1:3])
