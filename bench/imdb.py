#!/usr/bin/env python3
"""Writes files of the shape of IMDb's datasets with invented titles: title.basics, .ratings, .episode and .akas.

    bench/imdb.py --out folder            # 1,000,000 titles, 2,000,000 episodes, 1,500,000 other names
    bench/imdb.py --out folder --small    # 20,000, 40,000 and 30,000

title.basics holds the titles and the episodes. The same seed, numbers and year give the same files, byte for byte (the
compressed bytes also depend on the version of zlib). Every oddity that a reader must bear is in about one line of
10,000: quotes at the start of a name, years and runtimes that cannot be, shifted columns, short lines, names that are
empty, hold control characters or are not UTF-8, unknown kinds, episodes without a show, ratings that are none.
"""

import argparse
import gzip
import pathlib
import random
import statistics
import sys

FULL, SMALL = (1_000_000, 2_000_000, 1_500_000), (20_000, 40_000, 30_000)
POOL = 1 << 16  # words as often as they are used, from which one is drawn evenly
TAIL = 20_000  # rare words of a language, made of its syllables
CHUNK = 20_000  # lines that are compressed at a time
ODDITIES = 9  # kinds of them in title.basics
ODD = 1 / 10_000
MOST_VOTES = 2_500_000
MOST_EPISODES = 8_000  # of one show
NONE = "\\N"

HEADERS = {
    "title.basics": "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres",
    "title.ratings": "tconst averageRating numVotes",
    "title.episode": "tconst parentTconst seasonNumber episodeNumber",
    "title.akas": "titleId ordering title region language types attributes isOriginalTitle",
}

# Of 100 titles; the third is the usual runtime and the fourth how far it goes from it.
KINDS = [
    ("movie", 60, 92, 35), ("short", 13, 12, 11), ("tvMovie", 5, 85, 30), ("video", 4, 70, 45),
    ("tvSpecial", 2, 60, 40), ("tvShort", 0.5, 11, 9), ("videoGame", 0.4, 0, 0), ("tvPilot", 0.1, 30, 20),
    ("tvSeries", 12, 42, 25), ("tvMiniSeries", 3, 50, 30),
]
SHOWS = ("tvSeries", "tvMiniSeries")

GENRES = """
Drama Comedy Documentary Short Romance Family Talk-Show News Reality-TV Action Crime Adventure Animation Music
Game-Show Thriller Horror Mystery Fantasy Sport History Sci-Fi Biography Musical War Western
""".split()

ENGLISH = """
Love Night Man Life Day House Last World Time Girl Dead Home Little Black Dark Big Story Road Blood Death Lost Heart
Dream Secret Woman Red City Boy King White War Good Great New Family Summer Street Game First Bad Wild Blue River Fire
Moon Star Sun Water Island Mountain Train Dog Wolf Bear Bird Angel Devil Ghost Stranger Friend Brother Sister Mother
Father Daughter Son Child Doctor Soldier Hunter Killer Witness Dancer Singer Painter Teacher Captain Queen Prince
Princess Winter Spring Autumn Storm Rain Snow Wind Shadow Light Mirror Window Door Key Letter Book Song Dance Party
Wedding Funeral Birthday Christmas Holiday Journey Return Escape Promise Truth Lie Revenge Justice Honour Fear Hope
Memory Silence Noise Money Gold Silver Diamond Garden Forest Desert Ocean Beach Bridge Tower Castle Hotel School
Hospital Station Market Circus Theatre Kitchen Room Edge End Beginning Tomorrow Yesterday Forever Never Always
""".split()
ADJECTIVES = """
Last Little Dark Lost Dead Big Black New Red Great White Secret Wild Good Bad First Blue Perfect Beautiful Broken Final
Golden Silent Hidden Invisible Strange Crazy Happy Lonely Endless Forgotten Electric Burning Frozen Bitter Sweet Deadly
Dangerous Impossible Unknown Midnight Sunday American Northern Eternal Brave Quiet Sacred Naked Second Third
""".split()
FIRST = """
Anna Maria John David Peter Lena Max Sara Tom Eva Paul Nina Jack Laura Karl Rosa Frank Julia Ben Clara Harry Emma Leo
Alice Oscar Ida Hugo Marta Ivan Olga Pedro Lucia Marco Giulia Hans Greta Ali Layla Omar Yuki Kenji Priya Ravi Chen Mei
""".split()
LAST = """
Smith Miller Novak Rossi Garcia Silva Kim Tanaka Singh Chen Weber Dubois Jensen Kowalski Petrov Yilmaz Haddad Okafor
Moreau Santos Larsen Fischer Brown Walker Hill Young King Wright Baker Stone Woods Fox Bell Cook Reed Gray West North
""".split()

# Language, region, share of the titles named in it, words, syllables of the rare words, forms of a name.
# In a form, {0} and {1} are words, {2} is a small number and {3} the name of a person.
TONGUES = [
    ("en", "US", 78, ENGLISH, "a e i o u an en in on ar er or al el il th st br cr gr ley ton son man ville wood",
     ["The {a} {0}", "The {a} {0}", "The {0}", "{a} {0}", "{a} {0}", "{0} of {1}", "The {0} of the {1}", "{0} & {1}",
      "{0}", "A {0} in the {1}", "{3}", "{3}", "{0} {2}", "{0}: The {1}", "{0}: {a} {1}", "The {0}'s {1}",
      "My {a} {0}", "{0}, {1} and {3}", "{2} {0}s", "Return to {0}", "{0} vs. {1}", "What the {0} Said to the {1}",
      "{0} - Part {2}",
      "Who's Afraid of {3}?", "{0}!", "In the {0} of {a} {1}"]),
    ("es", "ES", 3, "amor noche vida casa mujer hombre niño corazón sueño canción jardín mañana señora montaña año "
     "cielo sangre muerte río camino león ángel día última pasión", "ca ñe lo mi ro sa ta ción dor ra lla jo gua bé",
     ["El {0} de {1}", "La última {0}", "{0} y {1}", "Los años del {0}", "{3}", "¿Quién mató a {3}?", "¡{0}!", "{0}"]),
    ("fr", "FR", 3, "été cœur nuit forêt rêve fenêtre garçon fille mère père frère étoile île château hôtel leçon "
     "passé amour vie mort rivière neige fête épée école", "ché mou lai ré bou tte eau lle gne fré vou çon pâ dre",
     ["L'{0} de {1}", "Le {0} et la {1}", "Un {0} à {1}", "{0}", "Où est {3} ?", "Les {2} {0}s", "Ça, c'est {0}"]),
    ("de", "DE", 3, "Straße Mädchen Nacht Liebe Tod Glück König Königin Fräulein Schloß Brücke Träume Blut Wälder "
     "Herz Mörder Schatten Größe Küche Bücher Höhle Zürich", "schön mül ber gen stein ü bach wal heim tsch erl hof",
     ["Der {0} von {1}", "Die {0} und das {1}", "{0} über {1}", "{0}", "Für {3}", "Tatort: {0}", "{2} {0} für {1}"]),
    ("pt", "BR", 2, "coração paixão manhã irmão mãe pão avó canção sertão ilusão você noite rua cidade verão solidão",
     "ção lha nhe bra mão ri tu pe çu ca", ["A {0} de {1}", "O {0} do {1}", "{0}", "{0} e {1}", "Amanhã, {3}"]),
    ("pl", "PL", 1.5, "miłość noc życie śmierć dziewczyna wojna źródło łódź święta żona młodość wieczór ogień",
     "szcz rzy łę ową ski ni ków ża dzi", ["{0} i {1}", "Ostatnia {0}", "{0}", "{0} dla {3}", "Był sobie {0}"]),
    ("tr", "TR", 1.5, "aşk gece güneş şehir kız çocuk dünya yağmur gönül ışık kırmızı yıldız ölüm",
     "ğı şu lar ler ım üz çe bö ka yı", ["{0} ve {1}", "{0}", "İki {0}", "{0}'ın {1}", "{3} Geliyor"]),
    ("sv", "SE", 1, "kärlek natt sjö skog mörker flicka ö pojke människa hjärta blå höst året",
     "sjö löv ström gård ås berg", ["{0} och {1}", "Den {0}", "{0}", "{3} på {0}"]),
    ("cs", "CZ", 1, "láska noc růže dívka smrt příběh město děti válka řeka štěstí žena",
     "ři ště vá ký dě čko lou", ["{0} a {1}", "{0}", "Příběh: {0}", "{3} a {0}"]),
    ("ru", "RU", 1.5, "любовь ночь жизнь город война дорога снег сердце дом море ветер письмо девушка брат ёлка",
     "ва ри ско ле ной пе тро ще жи ны", ["{0} и {1}", "{0}", "Последний {0}", "{0}: {1}", "{2} {0}", "Ещё {0}"]),
    ("el", "GR", 0.7, "αγάπη νύχτα ζωή θάλασσα πόλη καρδιά δρόμος φως ήλιος ψυχή άνθρωπος",
     "κα λο μη ρι σα τος πού θέ νι", ["Ο {0} και η {1}", "{0}", "Η {0} του {1}", "{0} {2}"]),
    ("ja", "JP", 1.2, "愛 夜 東京 物語 花 少女 心 夢 海 空 戦争 世界 侍 さくら ひかり ドラゴン スター ラブ",
     "山 川 木 田 の ア カ サ ン ー ル 子 美 風", ["{0}の{1}", "{0}", "{0}と{1}", "劇場版 {0}", "{0}{2}", "{0}〜{1}〜"]),
    ("ko", "KR", 0.9, "사랑 밤 인생 도시 여자 남자 마음 꿈 바다 하늘 전쟁 친구 봄날 기억",
     "가 나 다 라 마 바 사 아 한 은 진 서 우", ["{0}의 {1}", "{0}", "{0}과 {1}", "{0} {2}"]),
    ("zh", "CN", 0.9, "爱 夜 城市 故事 花 女人 心 梦 海 天空 战争 世界 江湖 英雄 龙 春天",
     "大 小 王 李 山 水 金 木 风 云 明 月 国 人", ["{0}的{1}", "{0}{1}", "{0}", "{0}之{1}", "{0}{2}"]),
    ("ar", "EG", 0.9, "الحب الليل الحياة المدينة البحر القلب الحلم البيت الطريق القمر السماء رجل امرأة",
     "با را ني مو لا سا عي ها كم", ["{0} و{1}", "{0}", "{0} في {1}", "قصة {0}"]),
    ("hi", "IN", 0.9, "प्यार रात ज़िंदगी शहर दिल सपना समुद्र आसमान दोस्त घर रास्ता चाँद",
     "का रा मी ना सो वि जी पु", ["{0} और {1}", "{0}", "{0} का {1}", "मेरा {0}", "{0} {2}"]),
]


class Draw:
    """Draws from `random.random` alone, whose sequence for a seed is the same in every Python."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, count):
        return int(self.random() * count)

    def one(self, items):
        return items[int(self.random() * len(items))]

    def pool(self, items, weights, size=POOL):
        """As many of each as its weight says, about `size` in all."""
        scale = size / sum(weights)
        return [item for item, weight in zip(items, weights) for _ in range(int(weight * scale + self.random()))]


class Names:
    """Makes names: the words of a language are used as often as Zipf and Mandelbrot say."""

    def __init__(self, draw):
        self.draw = draw
        self.people = [f"{first} {last}" for first in FIRST for last in LAST]
        self.adjectives = draw.pool(ADJECTIVES, [1 / (rank + 4) for rank in range(len(ADJECTIVES))], 4_096)
        self.numbers = draw.pool(
            ["2", "3", "II", "4", "7", "12", "III", "1984", "100", "13", "IV", "24", "3D", "2000"],
            [30, 16, 12, 8, 5, 4, 6, 1, 3, 3, 3, 2, 2, 1], 512)
        self.tongues = []
        for language, region, share, words, syllables, forms in TONGUES:
            words = words if isinstance(words, list) else words.split()
            tail = TAIL if language == "en" else TAIL // 5
            offset = min(10, len(words) // 6)
            words = words + self.rare(syllables.split(), tail, language)
            pool = draw.pool(words, [1 / (rank + offset) for rank in range(1, len(words) + 1)])
            self.tongues.append((language, region, pool, forms))
        self.shares = draw.pool(self.tongues, [tongue[2] for tongue in TONGUES], 4_096)
        self.earlier = [self.name_in(draw.one(self.shares)) for _ in range(4_096)]

    def rare(self, syllables, count, language):
        draw = self.draw
        words = []
        for _ in range(count):
            length = 2 + draw.below(3 if language in ("ja", "ko", "zh") else 2)
            word = "".join(draw.one(syllables) for _ in range(length))
            words.append(word.capitalize() if language in ("en", "de") else word)
        return words

    def name_in(self, tongue):
        one, (_, _, words, forms) = self.draw.one, tongue
        name = one(forms).format(one(words), one(words), one(self.numbers), one(self.people), a=one(self.adjectives))
        return name[0].upper() + name[1:]

    def name(self):
        """A name and its language; one of 25 is a name that another title has."""
        random = self.draw.random
        if random() < 0.002:
            return "Untitled", self.tongues[0]
        if random() < 0.04:
            return self.draw.one(self.earlier), self.tongues[0]
        tongue = self.draw.one(self.shares)
        name = self.name_in(tongue)
        if random() < 0.1:
            self.earlier[int(random() * 4_096)] = name
        return name, tongue


class File:
    """A compressed file, of which a chunk of lines is held at a time."""

    def __init__(self, folder, name):
        self.raw = open(folder / f"{name}.tsv.gz", "wb")
        self.packed = gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=self.raw, mtime=0)
        self.lines = ["\t".join(HEADERS[name].split())]
        self.name = name
        self.rows = 0

    def add(self, line):
        self.lines.append(line)
        self.rows += 1
        if len(self.lines) >= CHUNK:
            self.write()

    def write(self, end="\n"):
        # Bytes that are not UTF-8 stand in the text as lone surrogates.
        self.packed.write(("\n".join(self.lines) + end).encode("utf-8", "surrogateescape"))
        self.lines = []

    def close(self, is_cut):
        if is_cut:
            self.lines.append("tt99999")
            self.write(end="")
        elif self.lines:
            self.write()
        self.packed.close()
        self.raw.close()


class Datasets:
    """Settles first what the titles are and how many episodes the shows have, then writes all in one pass."""

    def __init__(self, arguments):
        self.draw = Draw(arguments.seed)
        self.names = Names(self.draw)
        self.titles, self.episodes, self.akas = arguments.titles, arguments.episodes, arguments.akas
        self.lines = self.titles + self.episodes
        self.year = arguments.year
        self.is_cut = arguments.cut
        self.odd = 0
        weights = [1 / (rank + 2) for rank in range(len(GENRES))]
        genres = self.draw.pool(GENRES, weights, 1_024)
        self.genres = [self.genre_list(genres) for _ in range(8_192)]
        self.kinds = self.draw.pool(range(len(KINDS)), [kind[1] for kind in KINDS], 8_192)
        self.normal = statistics.NormalDist().inv_cdf
        self.shows = {}
        self.plan = []

    def genre_list(self, genres):
        if self.draw.random() < 0.06:
            return NONE
        return ",".join(sorted({self.draw.one(genres) for _ in range(1 + self.draw.below(3))}))

    @staticmethod
    def identifier(line):
        """The identifier of a line of title.basics: ascending, with gaps."""
        return f"tt{3 * line + 1 + (line * 2_654_435_761 >> 7) % 3:07d}"

    def title_line(self, number):
        """The line of the title with a number; episodes are on the lines between."""
        return number * self.lines // self.titles

    def any_year(self):
        return self.year + 1 - int(131 * self.draw.random() ** 2.6)

    def settle(self):
        random, draw = self.draw.random, self.draw
        self.title_kinds = [draw.one(self.kinds) for _ in range(self.titles)]
        for number, kind in enumerate(self.title_kinds):
            if KINDS[kind][0] in SHOWS:
                self.shows[number] = (self.any_year(), draw.one(self.genres), random() < 0.01)
        raw = [0 if random() < 0.2 else min(MOST_EPISODES, 4 / max(random(), 1e-9) ** 0.85) for _ in self.shows]
        if not raw or not any(raw):
            if self.episodes:
                sys.exit("there are too few titles for a show to have the episodes.")
            return
        scale, left = self.episodes / sum(raw), self.episodes
        counts = []
        for amount in raw:
            counts.append(min(left, int(amount * scale + random())))
            left -= counts[-1]
        counts[counts.index(max(counts))] += left
        self.plan = list(zip(self.shows, counts))

    def write(self, folder):
        self.settle()
        self.basics, self.ratings, self.episode, self.aka = (File(folder, name) for name in HEADERS)
        episodes = self.episode_lines()
        next_title, title_at = 0, self.title_line(0)
        for line in range(self.lines):
            if line == title_at:
                self.title(next_title, self.identifier(line))
                next_title += 1
                title_at = self.title_line(next_title) if next_title < self.titles else -1
            else:
                self.one_episode(self.identifier(line), *next(episodes))
        for file in (self.basics, self.ratings, self.episode, self.aka):
            file.close(self.is_cut)
            print(f"{file.name}: {file.rows} lines")
        print(f"oddities: {self.odd}")

    def episode_lines(self):
        """Every episode's show, season, number and more, show by show."""
        draw = self.draw
        for show, count in self.plan:
            year, genres, is_adult = self.shows[show]
            parent = self.identifier(self.title_line(show))
            length = 6 + draw.below(19) if count < 500 else 100 + draw.below(200)
            is_numbered, is_named = draw.random() > 0.04, draw.random() > 1 / 3
            runtime = draw.one(["22", "24", "30", "42", "45", "60", NONE, NONE, NONE])
            for place in range(count):
                season, number = place // length + 1, place % length + 1
                aired = min(self.year + 1, year + season - 1)
                yield parent, season, number, is_numbered, is_named, aired, genres, is_adult, runtime

    def one_episode(self, identifier, parent, season, number, is_numbered, is_named, aired, genres, is_adult, runtime):
        random = self.draw.random
        if is_named:
            name = "Pilot" if season == number == 1 and random() < 0.3 else self.names.name()[0]
        else:
            name = f"Episode #{season}.{number}"
        self.add([identifier, "tvEpisode", name, name, "1" if is_adult else "0", str(aired), NONE, runtime, genres])
        if random() < ODD:
            self.odd += 1
            parent = NONE
        if is_numbered:
            self.episode.add(f"{identifier}\t{parent}\t{season}\t{number}")
        else:
            self.episode.add(f"{identifier}\t{parent}\t{NONE}\t{NONE}")
        if random() < 0.1:
            self.rating(identifier, 20)

    def title(self, number, identifier):
        draw, random = self.draw, self.draw.random
        kind, _, usual, spread = KINDS[self.title_kinds[number]]
        name, tongue = self.names.name()
        original, original_tongue = name, tongue
        if random() < 0.12:
            original_tongue = draw.one(self.names.tongues)
            original = self.names.name_in(original_tongue)
        end = NONE
        if number in self.shows:
            year, genres, is_adult = self.shows[number]
            if random() < 0.6:
                end = str(min(self.year, year + draw.below(8))) if year <= self.year else NONE
        else:
            year, genres, is_adult = self.any_year(), draw.one(self.genres), random() < 0.01
        if is_adult:
            genres = "Adult"
        runtime = NONE
        if usual and random() < 0.65:
            runtime = str(max(1, usual + int((random() + random() - 1) * spread)))
        self.add([
            identifier, kind, name, original, "1" if is_adult else "0", str(year) if random() < 0.9 else NONE, end,
            runtime, genres])
        if random() < 0.4:
            self.rating(identifier, 20)
        self.other_names(number, identifier, original, original_tongue)

    def rating(self, identifier, median):
        """Votes with a heavy tail: half of the titles have fewer than the median."""
        random = self.draw.random
        votes = int(median * 2.718281828 ** (2.45 * self.normal(1e-9 + random() * (1 - 2e-9))))
        average = 6.5 + 1.3 * self.normal(1e-6 + random() * (1 - 2e-6))
        text = f"{min(10.0, max(1.0, average)):.1f}"
        if random() < ODD:
            self.odd += 1
            text = self.draw.one([NONE, "11.5", "good", ""])
        self.ratings.add(f"{identifier}\t{text}\t{min(MOST_VOTES, max(5, votes))}")

    def other_names(self, number, identifier, original, tongue):
        """So many that all titles together have as many as were asked for; the original one is the first."""
        random, left = self.draw.random, self.akas - self.aka.rows
        share = left / (self.titles - number)
        # The mean of what is drawn is the share.
        count = min(left, int(share * 0.3 / max(random(), 1e-3) ** 0.7 + random()))
        if number == self.titles - 1:
            count = left
        for ordering in range(1, count + 1):
            if ordering == 1:
                self.aka.add(f"{identifier}\t1\t{original}\t{NONE}\t{NONE}\toriginal\t{NONE}\t1")
                continue
            language, region, _, _ = other = self.draw.one(self.names.tongues)
            name = self.names.name_in(other)
            chance = random()
            types = "imdbDisplay" if chance < 0.6 else "imdbDisplay\x02tv" if chance < 0.61 else NONE
            attributes = "literal title" if chance > 0.97 else "informal title\x02short" if chance > 0.969 else NONE
            if random() < 0.7:
                language = NONE
            self.aka.add(f"{identifier}\t{ordering}\t{name}\t{region}\t{language}\t{types}\t{attributes}\t0")

    def add(self, row):
        if self.draw.random() < ODD * ODDITIES:
            self.odd += 1
            row = self.made_odd(row, self.draw.below(ODDITIES))
        self.basics.add("\t".join(row))

    def made_odd(self, row, oddity):
        draw = self.draw
        if oddity == 0:
            row[2] = row[3] = draw.one(['"' + row[2], f'"{row[2]}"', '"' + row[2] + '" and "' + row[2]])
        elif oddity == 1:
            row[5] = draw.one(["0", "1066", "1869", "2999", "99999999999999999999", "19x4"])
        elif oddity == 2:
            row[7] = draw.one(["0", "125000", "00", "-5", "99999999999999999999"])
        elif oddity == 3:
            # The name's tab is lost, so that the flag for adults holds the year; the columns are filled up behind.
            row = row[:2] + [row[2] + row[3], row[4], "1960"] + row[6:] + [NONE]
        elif oddity == 4:
            row = row[: 3 + draw.below(5)]
        elif oddity == 5:
            row[2] = row[3] = draw.one(["", NONE, " "])
        elif oddity == 6:
            row[2] = draw.one(["\x07", "\x00", "\x1b[31m", "\u0085", "\r"]) + row[2] + "\x7f"
        elif oddity == 7:
            row[2] = row[3] = row[2] + draw.one([" \udcff", " \udcc3", " \udce2\udc82", " \udced\udca0\udc80"])
        else:
            row[1] = draw.one(["tvPodcast", "hologram", NONE])
        return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the folder, whose files are replaced")
    parser.add_argument("--titles", type=int, help=f"default: {FULL[0]}")
    parser.add_argument("--episodes", type=int, help=f"default: {FULL[1]}")
    parser.add_argument("--akas", type=int, help=f"other names, default: {FULL[2]}")
    parser.add_argument("--small", action="store_true", help="as defaults {}, {} and {}".format(*SMALL))
    parser.add_argument("--seed", type=int, default=1, help="another seed, other titles (default: 1)")
    parser.add_argument("--year", type=int, default=2026, help="the year that it is now (default: 2026)")
    parser.add_argument("--cut", action="store_true", help="end every file within a line")
    arguments = parser.parse_args()
    for name, default in zip(("titles", "episodes", "akas"), SMALL if arguments.small else FULL):
        if getattr(arguments, name) is None:
            setattr(arguments, name, default)
        if getattr(arguments, name) < (1 if name == "titles" else 0):
            sys.exit(f"--{name} is too small.")
    arguments.out.mkdir(parents=True, exist_ok=True)
    Datasets(arguments).write(arguments.out)


if __name__ == "__main__":
    main()
