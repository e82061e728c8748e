#!/usr/bin/env python3
"""Puts the reference library of DESIGN section 8 into a database that `flixlist user add` has made.

    FLIXLIST_DATA=folder flixlist user add bench        # makes the database and the account
    bench/library.py folder --user bench                # 5,000 titles, 60,000 episodes, 63,300 plays
    FLIXLIST_DATA=folder flixlist doctor --recount --repair   # the program makes the shelf and the days itself

The same seed, scale and day give the same rows, byte for byte. Nothing may serve the folder meanwhile.
It writes what people said and nothing that is worked out from it, so that later steps of the schema do not concern it.
"""

import argparse
import datetime
import json
import pathlib
import random
import sqlite3
import sys
import unicodedata
import zoneinfo

FILMS, SHOWS, SEASONS, EPISODES = 4_000, 1_000, 5, 12
EPISODE_PLAYS, FILM_PLAYS = 60_000, 3_300
FILMS_WATCHED = 3_000
PASSES, PASSES_OPEN = 12, 2  # rewatches with a progress of their own; the open ones are under way
SEASON_RATINGS, EPISODE_RATINGS = 150, 300
LISTS, LISTS_SMART, LIST_ITEMS = 20, 3, 1_500
LISTS_LIMIT = 200  # as ListRules.listsLimit
PLACE_ROOM = 1 << 30  # as ListRules.room
STARS = 300  # people who are in many titles
YEARS = 10  # how far back the plays reach
ACTIVITIES = 3_000  # the latest plays that have a line of their own on the activity page
UNDO_DAYS = 30  # as Journal.undoDays: younger activities still hold their changes
DAY = datetime.timedelta(days=1)

ADJECTIVES = """
Silent Golden Broken Hidden Crimson Distant Restless Frozen Burning Hollow Gentle Savage Electric Forgotten Endless
Quiet Bitter Northern Southern Velvet Paper Glass Iron Scarlet Wild Lonely Brave Secret Final Second Little Great Lost
Strange Perfect Dangerous Invisible Midnight Early Late Bright Dark Blue Green Black White Grey Silver Red Honest
Wicked Reckless Tender Ordinary Impossible Unlikely Borrowed Stolen Sunken Rising
""".split()
NOUNS = """
River Garden Harbour Winter Summer Orchard Lighthouse Engine Mirror Kingdom Station Bridge Letter Promise Shadow
Island Mountain Valley Forest Ocean Desert Storm Horizon Empire Castle Window Door Street Market Circus Theatre Train
Stranger Daughter Brother Mother Father Soldier Doctor Teacher Detective Painter Captain Widow Hunter Keeper Baker
Thief Judge Witness Song Dance Dream Memory Secret Journey Return Silence Fire Snow Rain Wolf Raven Fox Swan Tiger
Heart Crown Sword Rose Lantern Compass Archive Parade Carousel Tide Meadow Ember Hour Season Neighbour Reunion
""".split()
WHO = """
stranger daughter brother mother father soldier doctor teacher detective painter captain widow hunter keeper baker
thief judge witness neighbour pilot nurse gardener
""".split()
PLACES = """
Lisbon Tokyo Vienna Marseille Havana Cairo Oslo Dublin Naples Seoul Lagos Bogota Prague Krakow Mumbai Istanbul Athens
Buenos_Aires Montreal Chicago Brooklyn Glasgow Hamburg Seville Palermo Helsinki Tbilisi Nairobi Hanoi Manila Santiago
Alaska Patagonia Cornwall Bavaria Sicily Normandy Kyoto Samarkand Zanzibar
""".split()
FOREIGN = [  # name in its own language, its English name, language, country
    ("El jardín de {0}", "The Garden of {0}", "es", "ES"),
    ("La última noche en {0}", "The Last Night in {0}", "es", "AR"),
    ("Die stille Straße nach {0}", "The Quiet Road to {0}", "de", "DE"),
    ("Über den Dächern von {0}", "Above the Roofs of {0}", "de", "AT"),
    ("L'été à {0}", "Summer in {0}", "fr", "FR"),
    ("Le cœur de {0}", "The Heart of {0}", "fr", "BE"),
    ("Pociąg do {0}: łódź", "Train to {0}", "pl", "PL"),
    ("Brødrene fra {0}", "The Brothers from {0}", "da", "DK"),
    ("A canção de {0}", "The Song of {0}", "pt", "BR"),
    ("İki şehir: {0}", "Two Cities: {0}", "tr", "TR"),
]
FIRST = """
Alma Bruno Carla Daniel Elena Felix Greta Hugo Irene Jonas Klara Leo Marta Nils Olga Pablo Rosa Samuel Teresa Umar
Vera Walter Ximena Yusuf Zoe Amara Boris Chiara Dmitri Esther Farid Grace Hanna Ivan Julia Kenji Lucia Mateo Nadia
Oscar Priya Quentin Ruth Stefan Tomoko Ursula Viktor Wanda Yara Zeno
""".split()
LAST = """
Abbott Bauer Castillo Duarte Eriksen Fontaine Goldberg Haddad Ibarra Jansen Kowalski Lindqvist Moreau Nakamura Okafor
Petrov Quiroga Rossi Sandoval Takeda Ueda Vargas Weiss Xu Yilmaz Zimmermann Andersson Brennan Carvalho Dubois Engel
Ferreira Grant Hoffmann Ivanova Jimenez Keller Larsen Mendes Novak Ortega Park Reyes Schneider Tanaka Ulrich Vogel
Walsh Yamada Ziegler Achterberg Bianchi Crawford Delgado Eastwick Fischer Gallagher Hartmann Iglesias Jovanovic
""".split()
GENRES = """
Drama Comedy Crime Thriller Romance Adventure Action Science_fiction Mystery Fantasy Horror Family Animation History
Biography War Documentary Music Western Sport
""".split()
OPENINGS = [
    "After the {1} closes for good, a {2} comes back to {0}",
    "A {2} in {0} finds what was never meant to be found in a {1}",
    "One {3} year in {0} changes a {2} and everybody near the {1}",
    "Nobody in {0} believes the {2} who saw the {1} at night",
]
LIST_NAMES = """
Favourites Rainy_days With_the_children To_show_Alma Christmas Halloween Slow_ones Heists Courtrooms Trains
Seen_twice Too_long Short_ones Comfort Subtitled Black_and_white Recommended_by_Jonas Best_endings Film_club
Watch_next
""".split()
RULES = ["status=completed&genre=Drama&sort=rating", "kind=movie&decade=1990", "kind=show&status=watching&sort=added"]
ENDINGS = [
    "and has to choose between an old promise and a new life.",
    "while the whole town watches and keeps its own secrets.",
    "until a visitor asks the one question that was never asked.",
    "with little money, less time and the wrong friends.",
]
SPELLINGS = {
    "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "&": " and ",
}


def fold(name):
    """The form in which a name is searched: Sources/App/Catalogue/Folding.swift."""
    folded = []
    text = name if name.isascii() else unicodedata.normalize("NFKD", name)
    for letter in text.lower():
        if letter in SPELLINGS:
            folded.append(SPELLINGS[letter])
        elif letter.isalnum():
            folded.append(letter)
        elif letter not in "'’ʼ`´." and unicodedata.category(letter) != "Mn":
            folded.append(" ")
    return " ".join("".join(folded).split())


def sort_key(name):
    """The key a name is sorted by: folded, without the article at its start."""
    folded = fold(name)
    for article in ("the ", "a ", "an "):
        if folded.startswith(article) and len(folded) > len(article):
            return folded[len(article) :]
    return folded or name.lower()


class Dice:
    """Draws from `random.random` alone, whose sequence for a seed is the same in every Python."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, count):
        return int(self.random() * count)

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def one(self, items):
        return items[self.below(len(items))]

    def chance(self, share):
        return self.random() < share

    def shuffled(self, items):
        items = list(items)
        for place in range(len(items) - 1, 0, -1):
            other = self.below(place + 1)
            items[place], items[other] = items[other], items[place]
        return items

    def some(self, items, count):
        return self.shuffled(items)[:count]


class Library:
    """Makes the rows in memory first, in one order, and then writes them in one transaction."""

    def __init__(self, connection, user, zone, arguments):
        self.db = connection
        self.user = user
        self.zone = zoneinfo.ZoneInfo(zone)
        self.dice = Dice(arguments.seed)
        self.today = arguments.today
        self.scale = arguments.scale
        self.first_day = self.today - YEARS * 365 * DAY
        self.as_of = self.instant(self.today, 0)
        self.next = {
            table: connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
            for table in (
                "titles", "episodes", "people", "names", "plays", "activities", "passes", "ratings", "lists",
                "list_items")
        }
        for table, last in connection.execute("SELECT name, seq FROM sqlite_sequence"):
            if table in self.next:
                self.next[table] = max(self.next[table], last)
        self.people = dict(connection.execute("SELECT name, id FROM people ORDER BY id DESC"))
        names = (
            "titles", "genres", "seasons", "episodes", "people", "credits", "names", "words", "entries", "skips",
            "passes", "ratings", "lists", "list_items")
        self.rows = {table: [] for table in names}
        self.used = set()
        self.stars = []
        self.plays = []
        self.searchable = []

    def scaled(self, count):
        return max(1, round(count * self.scale))

    def new_id(self, table):
        self.next[table] += 1
        return self.next[table]

    def instant(self, day, minutes):
        wall = datetime.datetime(day.year, day.month, day.day, tzinfo=self.zone) + datetime.timedelta(minutes=minutes)
        return int(wall.timestamp()) * 1_000_000

    # The catalogue

    def name(self):
        """A name nothing else here has, and its name in its own language."""
        dice, tries = self.dice, 0
        while True:
            tries += 1
            adjective, noun, other = dice.one(ADJECTIVES), dice.one(NOUNS), dice.one(NOUNS)
            place = dice.one(PLACES).replace("_", " ")
            original, language, country = None, "en", dice.one(["US", "US", "US", "GB", "CA", "AU", "IE"])
            kind = dice.below(12)
            if kind == 0:
                own, english, language, country = dice.one(FOREIGN)
                original, name = own.format(place), english.format(place)
            else:
                name = [
                    f"The {adjective} {noun}", f"The {adjective} {noun}", f"{adjective} {noun}", f"A {noun} in {place}",
                    f"The {noun} of {place}", f"{noun} & {other}", f"{dice.one(FIRST)}'s {noun}", f"Return to {place}",
                    f"{dice.one(FIRST)} and {dice.one(FIRST)}", f"The {noun}'s {other}", f"{adjective} {place}",
                ][kind - 1]
                if tries > 3:  # in a large library the short names are taken
                    name = f"The {adjective} {noun} of {place}"
                if dice.chance(0.04):
                    name += f" {dice.one(['2', 'II', '3', 'Part Two'])}"
            if name not in self.used:
                self.used.add(name)
                return name, original, language, country

    def overview(self):
        dice = self.dice
        opening = dice.one(OPENINGS).format(
            dice.one(PLACES).replace("_", " "), dice.one(NOUNS).lower(), dice.one(WHO), dice.one(ADJECTIVES).lower())
        return f"{opening}, {dice.one(ENDINGS)}"

    def person(self):
        if len(self.stars) == self.scaled(STARS) and self.dice.chance(0.2):
            # The first of them are in the most titles.
            return self.stars[int(len(self.stars) * self.dice.random() ** 1.1)]
        middle = f" {self.dice.one('ABCDEFGHJKLMNPRSTW')}." if self.dice.chance(0.5) else ""
        name = f"{self.dice.one(FIRST)}{middle} {self.dice.one(LAST)}"
        if name not in self.people:
            self.people[name] = self.new_id("people")
            self.rows["people"].append((self.people[name], name, fold(name)))
            if len(self.stars) < self.scaled(STARS):
                self.stars.append(self.people[name])
        return self.people[name]

    def title(self, kind, released, runtime, has_ended):
        dice = self.dice
        name, original, language, country = self.name()
        title = self.new_id("titles")
        # Few titles are looked for often and most hardly ever.
        weight = 1 + int(99 * dice.random() ** 3)
        self.rows["titles"].append(
            (title, kind, name, original, sort_key(name), released.year, released.isoformat(), runtime,
             self.overview(), country, language, has_ended, weight, "imdb", self.as_of))
        for position, genre in enumerate(dice.some(GENRES[: 8 + dice.below(13)], dice.between(1, 3))):
            self.rows["genres"].append((title, position, genre.replace("_", " ")))
        for job, count in (("by", dice.between(1, 2)), ("cast", dice.between(4, 6))):
            people = []
            while len(people) < count:
                person = self.person()
                if person not in people:
                    people.append(person)
            for position, person in enumerate(people):
                self.rows["credits"].append((title, job, position, person))
        folded = dict.fromkeys(fold(each) for each in (name, original) if each)
        self.searchable.append((-weight, title, list(folded)))
        return title

    def names(self):
        """The names with their words, the most looked for first: their ids are their places in popularity."""
        for _, title, folded in sorted(self.searchable):
            for each in folded:
                place = self.new_id("names")
                self.rows["names"].append((place, title, each))
                self.rows["words"].append((place, each))

    def film(self):
        year = self.today.year - int(70 * self.dice.random() ** 1.8)
        released = datetime.date(year, 1, 1) + self.dice.below(365) * DAY
        released = min(released, self.today - 20 * DAY)
        return self.title("movie", released, self.dice.between(78, 178), 0), released

    def show(self, state):
        """A show of 5 seasons of 12 weekly episodes; a running one ends in episodes that have not aired."""
        dice = self.dice
        if state == "uptodate" or (state == "watching" and dice.chance(0.4)):
            aired = dice.between(50, 59)
            # Its last aired episode was within the week, for the watched ones within two.
            latest = self.today - (dice.between(1, 7) if state == "uptodate" else dice.below(14)) * DAY
        else:
            aired = SEASONS * EPISODES
            latest = self.today - dice.between(200, 365 * 22) * DAY
        last_season, last_number = divmod(aired - 1, EPISODES)
        season_starts = []
        for season in range(SEASONS):
            start = latest - (last_number * 7 + (last_season - season) * 364) * DAY
            season_starts.append(start)
        first = season_starts[0]
        has_ended = int(aired == SEASONS * EPISODES and (state in ("completed", "dropped") or dice.chance(0.9)))
        title = self.title("show", first, dice.one([22, 24, 30, 42, 45, 50, 55, 60]), has_ended)
        is_announced = dice.chance(0.6)  # the coming episodes have dates
        specials = self.specials(title, season_starts) if dice.chance(0.1) else []
        episodes = []
        for season in range(SEASONS):
            self.rows["seasons"].append((title, season + 1, season_starts[season].year))
            for number in range(EPISODES):
                day = season_starts[season] + number * 7 * DAY
                is_due = len(episodes) < aired
                known = day.isoformat() if is_due or is_announced else None
                episode = self.new_id("episodes")
                name = f"{dice.one(ADJECTIVES)} {dice.one(NOUNS)}" if is_due or dice.chance(0.3) else ""
                self.rows["episodes"].append((episode, title, season + 1, number + 1, name, known, known))
                episodes.append((episode, day, season + 1, number + 1))
        return title, episodes, aired, specials

    def specials(self, title, season_starts):
        """Two to four specials, each in the summer before a season."""
        found = []
        for number, start in enumerate(season_starts[1 : 1 + self.dice.between(2, SEASONS - 1)]):
            day = start - 30 * DAY
            if day >= self.today:
                break
            if not found:
                self.rows["seasons"].append((title, 0, day.year))
            episode = self.new_id("episodes")
            name = f"{self.dice.one(ADJECTIVES)} {self.dice.one(NOUNS)}"
            self.rows["episodes"].append((episode, title, 0, number + 1, name, day.isoformat(), day.isoformat()))
            found.append((episode, day, 0, number + 1))
        return found

    # The record

    def entry(self, title, intent, rating, added, specials=0):
        favourite = int(rating is not None and rating >= 80 and self.dice.chance(0.25))
        note = self.overview() if self.dice.chance(0.03) else ""
        self.rows["entries"].append((self.user, title, intent, rating, favourite, note, added, specials))

    def rating(self, share):
        if not self.dice.chance(share):
            return None
        rough = 10 * max(1, min(10, round(6.8 + 4 * (self.dice.random() + self.dice.random() - 1))))
        return min(100, rough + (5 if self.dice.chance(0.1) else 0))

    def precision(self):
        place = self.dice.random()
        for share, name in ((0.78, "time"), (0.90, "day"), (0.94, "month"), (0.97, "year")):
            if place < share:
                return name
        return "unknown"

    def play(self, title, episode, day, minutes, precision, watched_in=0):
        """Notes a play; `episode` is (id, season, number) or None for a film."""
        last = self.today - DAY
        if day > last:  # the future, in whatever zone, is nobody's play
            day, minutes = last, min(minutes, 23 * 60)
        order = self.instant(day, minutes)
        if precision == "time":
            at, text = order, datetime.datetime.fromtimestamp(order // 1_000_000, self.zone).date().isoformat()
        elif precision == "unknown":
            at, text = None, None
        else:
            first = {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[precision]
            at, text = self.instant(first, 720), day.isoformat()[: {"day": 10, "month": 7, "year": 4}[precision]]
        source = "import" if precision in ("month", "year", "unknown") else "web"
        self.plays.append((order, title, episode, at, text, precision, source, watched_in))

    def binge(self, title, episodes, begin, precision, watched_in=0):
        """Plays of one show in their order: some a night, some nights without."""
        dice, day, left = self.dice, begin, 0
        for episode, aired, season, number in episodes:
            if left == 0:
                day += dice.one([1, 1, 1, 2, 3, 7]) * DAY
                left, minutes = dice.between(1, 4), dice.between(17 * 60, 21 * 60)
            if aired > day:
                day, minutes = aired, dice.between(18 * 60, 22 * 60)
            self.play(title, (episode, season, number), day, minutes, precision, watched_in)
            minutes += dice.between(24, 60)
            left -= 1

    def begin(self, episodes, count):
        """A day on which a binge of that many episodes may begin, to be over by today."""
        soonest = max(self.first_day, episodes[0][1])
        latest = self.today - (count * 2 + 5) * DAY
        room = (latest - soonest).days
        return soonest if room <= 0 else soonest + self.dice.below(room) * DAY

    def shows(self):
        dice, count = self.dice, self.scaled(SHOWS)
        states = []
        for state, share in (
            ("completed", 0.50), ("uptodate", 0.12), ("watching", 0.18), ("paused", 0.06), ("dropped", 0.06),
            ("planned", 0.07),
        ):
            states += [state] * round(count * share)
        states = dice.shuffled((states + ["none"] * count)[:count])
        finished = []
        for state in states:
            title, episodes, aired, specials = self.show(state)
            if state in ("planned", "none"):
                added = self.instant(self.first_day + dice.below(YEARS * 365 - 2) * DAY, dice.below(1440))
                # A title without a play or an intent is there for what was said about it.
                rating = 70 if state == "none" else None
                self.entry(title, "planned" if state == "planned" else None, rating, added)
                continue
            seen = {"completed": aired, "uptodate": aired, "watching": dice.between(5, aired - 1),
                    "paused": dice.between(6, 45), "dropped": dice.between(1, 16)}[state]
            chosen = episodes[:seen]
            self.rate_parts(title, chosen, count)
            if state == "watching" and dice.chance(0.3) and seen > 10:
                gaps = set(dice.some(range(seen - 1), dice.between(1, 6)))
                if dice.chance(0.6):
                    for place in sorted(gaps)[:3]:
                        self.rows["skips"].append((self.user, title, chosen[place][0]))
                chosen = [episode for place, episode in enumerate(chosen) if place not in gaps]
            if specials and dice.chance(0.5):  # the first special, before the season it belongs to
                chosen = sorted(chosen + specials[:1], key=lambda episode: (episode[1], episode[0]))
            before = len(self.plays)
            # Who is up to date or in the middle of it was here lately; the rest lies somewhere in the ten years.
            lately = state in ("uptodate", "watching") and dice.chance(0.7)
            begin = self.begin(episodes, len(chosen))
            if lately:
                begin = max(self.today - (len(chosen) * 2 + dice.below(20)) * DAY, episodes[0][1], self.first_day)
            self.binge(title, chosen, begin, "time" if lately else self.precision())
            intent = {"paused": "paused", "dropped": "dropped"}.get(state) or dice.one([None, "watching"])
            self.entry(
                title, intent, self.rating(0.65), self.plays[before][0] - dice.below(40) * 86_400_000_000,
                int(bool(specials) and dice.chance(0.3)))
            if state == "completed":
                finished.append((title, episodes))
        self.rewatch(finished)

    def rate_parts(self, title, episodes, shows):
        """Ratings of seasons and of episodes, spread over the shows that were begun."""
        dice = self.dice
        for season in range(1, episodes[-1][2] + 1):
            if dice.chance(self.scaled(SEASON_RATINGS) / (shows * 3.9)):
                self.rows["ratings"].append((self.new_id("ratings"), self.user, title, season, None, self.rating(1)))
        for episode, *_ in episodes:
            if dice.chance(self.scaled(EPISODE_RATINGS) / (shows * 45)):
                self.rows["ratings"].append((self.new_id("ratings"), self.user, title, None, episode, self.rating(1)))

    def passes(self, queue):
        """Rewatches with a progress of their own, each of another show; the last ones are under way."""
        dice = self.dice
        count, under_way = self.scaled(PASSES), self.scaled(PASSES_OPEN)
        for place in range(min(count, len(queue) // 2)):
            title, episodes = queue.pop()
            is_open = place >= count - under_way
            chosen = episodes[: dice.between(8, 40)] if is_open else episodes
            begin = self.begin(episodes, len(chosen))
            if is_open:
                begin = max(self.today - (len(chosen) * 2 + dice.below(20)) * DAY, episodes[0][1], self.first_day)
            number, before = self.new_id("passes"), len(self.plays)
            self.binge(title, chosen, begin, "time", number)
            name = dice.one(["", "", f"With {dice.one(FIRST)}", "Before the film"])
            started, ended = self.plays[before][0] - 3_600_000_000, self.plays[-1][0]
            self.rows["passes"].append((number, self.user, title, name, started, None if is_open else ended))

    def rewatch(self, finished):
        """Second and third viewings of finished shows, until there are as many plays as there have to be."""
        queue = self.dice.shuffled(finished)
        self.passes(queue)
        missing = self.scaled(EPISODE_PLAYS) - len(self.plays)
        while missing > 0 and finished:
            if not queue:
                queue = self.dice.shuffled(finished)
            title, episodes = queue.pop()
            chosen = episodes[: min(missing, len(episodes))]
            self.binge(title, chosen, self.begin(episodes, len(chosen)), self.precision())
            missing -= len(chosen)

    def films(self):
        dice, count, watched = self.dice, self.scaled(FILMS), self.scaled(FILMS_WATCHED)
        states = ["completed"] * watched
        for state, share in (("planned", 0.2), ("paused", 0.015), ("dropped", 0.02), ("watching", 0.005)):
            states += [state] * round(count * share)
        states = dice.shuffled((states + ["none"] * count)[:count])
        seen = []
        for state in states:
            title, released = self.film()
            first = max(self.first_day, released)
            day = first + dice.below(max(1, (self.today - first).days)) * DAY
            if state == "completed":
                seen.append((title, day))
                self.play(title, None, day, dice.between(14 * 60, 23 * 60), self.precision())
                self.entry(title, None, self.rating(0.7), self.plays[-1][0] - dice.below(90) * 86_400_000_000)
            else:
                rating = dice.one([None, 60, 80]) if state != "none" else 60
                self.entry(title, None if state == "none" else state, rating, self.instant(day, dice.below(1440)))
        for title, day in dice.some(seen, self.scaled(FILM_PLAYS) - len(seen)):
            again = day + dice.below(max(1, (self.today - day).days)) * DAY
            self.play(title, None, again, dice.between(14 * 60, 23 * 60), "time")

    def lists(self):
        """Lists by hand, one of them long and most of them short, and a few by rule."""
        dice = self.dice
        count = min(self.scaled(LISTS), LISTS_LIMIT)
        smart = min(count // 2, round(LISTS_SMART * count / LISTS))
        titles = [entry[1] for entry in self.rows["entries"]]
        shares = [1 / (place + 2) for place in range(count - smart)]
        for place in range(count):
            number, created = self.new_id("lists"), self.instant(self.first_day + dice.below(3_000) * DAY, 1200)
            name = LIST_NAMES[place % len(LIST_NAMES)].replace("_", " ")
            if place >= len(LIST_NAMES):
                name += f" {place // len(LIST_NAMES) + 1}"
            rule = RULES[place % len(RULES)] if place >= count - smart else None
            note = self.overview() if dice.chance(0.3) else ""
            self.rows["lists"].append((number, self.user, name, note, rule, (place + 1) * PLACE_ROOM, created))
            if rule is not None:
                continue
            items = max(1, round(self.scaled(LIST_ITEMS) * shares[place] / sum(shares)))
            for position, title in enumerate(dice.some(titles, min(items, len(titles)))):
                note = self.overview() if dice.chance(0.05) else ""
                self.rows["list_items"].append(
                    (self.new_id("list_items"), self.user, number, title, (position + 1) * PLACE_ROOM, note,
                     created + position * 60_000_000))

    # Writing

    def numbered_plays(self):
        """The plays in the order in which they were made, as a record grows."""
        self.plays.sort(key=lambda play: (play[0], play[1], play[2] or (0, 0, 0)))
        for play in self.plays:
            yield self.new_id("plays"), *play

    def journal(self, plays):
        """The activity of each of the latest plays, with its change while that can still be undone."""
        activities, changes = [], []
        oldest = self.as_of - UNDO_DAYS * 86_400_000_000
        for play, order, title, episode, at, day, precision, source, watched_in in plays[-self.scaled(ACTIVITIES) :]:
            detail = {"count": 1}
            if episode:
                detail.update(episode=episode[0], season=episode[1], number=episode[2])
            activity = self.new_id("activities")
            compact = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}
            text = json.dumps(detail, **compact)
            activities.append((activity, self.user, "watched", title, source, text, order))
            if order < oldest:
                continue
            image = {"at": at, "day": day, "episode_id": episode and episode[0], "note": "", "once": None,
                     "pass": watched_in, "precision": precision, "source": source, "title_id": title}
            changes.append((self.user, activity, 1, "plays", play, title, None, json.dumps(image, **compact)))
        return activities, changes

    def insert(self, table, columns, rows):
        marks = ", ".join("?" * len(columns.split(",")))
        self.db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)

    def write(self):
        self.films()
        films = len(self.plays)
        film_plays, self.plays = self.plays, []
        self.shows()
        self.plays += film_plays
        self.lists()
        self.names()
        rows = self.rows
        with self.db:
            self.insert(
                "titles", "id, kind, name, original_name, name_key, year, released, runtime, overview, countries, "
                "languages, has_ended, weight, source, as_of", rows["titles"])
            self.insert("genres", "title_id, position, genre", rows["genres"])
            self.insert("seasons", "title_id, number, year", rows["seasons"])
            self.insert("episodes", "id, title_id, season, number, name, aired, air_day", rows["episodes"])
            self.insert("people", "id, name, name_key", rows["people"])
            self.insert("credits", "title_id, job, position, person_id", rows["credits"])
            self.insert("names", "id, title_id, folded", rows["names"])
            self.insert("words", "rowid, folded", rows["words"])
            self.insert(
                "entries", "user_id, title_id, intent, rating, favourite, note, added_at, specials", rows["entries"])
            self.insert("skips", "user_id, title_id, episode_id", rows["skips"])
            self.insert("passes", "id, user_id, title_id, name, started_at, ended_at", rows["passes"])
            self.insert("ratings", "id, user_id, title_id, season, episode_id, rating", rows["ratings"])
            self.insert("lists", "id, user_id, name, note, rule, place, created_at", rows["lists"])
            self.insert(
                "list_items", "id, user_id, list_id, title_id, place, note, added_at", rows["list_items"])
            plays = list(self.numbered_plays())
            self.insert(
                "plays", "id, user_id, title_id, episode_id, at, day, precision, source, pass",
                ((play, self.user, title, episode and episode[0], at, day, precision, source, watched_in)
                 for play, _, title, episode, at, day, precision, source, watched_in in plays))
            activities, changes = self.journal(plays)
            self.insert("activities", "id, user_id, kind, title_id, source, detail, at", activities)
            self.insert("changes", "user_id, activity_id, place, tbl, key, title_id, before, after", changes)
            self.db.execute("UPDATE users SET version = version + 1 WHERE id = ?", (self.user,))
        print(
            f"library: {len(rows['titles']):,} titles, {len(rows['episodes']):,} episodes, "
            f"{len(plays) - films:,} episode plays, {films:,} film plays, {len(activities):,} activities, "
            f"{len(rows['passes']):,} rewatches, {len(rows['ratings']):,} ratings of parts, {len(rows['skips']):,} "
            f"skips, {len(rows['lists']):,} lists with {len(rows['list_items']):,} titles"
        )


def stop(sentence):
    print(f"library: {sentence}", file=sys.stderr)
    sys.exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, help="the data folder")
    parser.add_argument("--user", default="bench", help="whose library (default: bench)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another library (default: 1)")
    parser.add_argument("--scale", type=float, default=1, help="times so many titles and plays (default: 1)")
    parser.add_argument(
        "--today", type=datetime.date.fromisoformat, default=datetime.date(2026, 6, 1),
        help="the day up to which the record goes (default: 2026-06-01)")
    arguments = parser.parse_args()
    if arguments.scale <= 0:
        stop("--scale must be more than 0.")
    path = arguments.data / "flixlist.sqlite"
    if not path.is_file():
        stop(f"there is no database at {path}; make it with: FLIXLIST_DATA={arguments.data} flixlist user add NAME")
    connection = sqlite3.connect(path, timeout=5)
    connection.execute("PRAGMA foreign_keys = ON")
    known = connection.execute(
        "SELECT id, zone FROM users WHERE username_key = ?", (arguments.user.lower(),)
    ).fetchone()
    if known is None:
        stop(f"there is no account named {arguments.user} in {path}.")
    if connection.execute("SELECT 1 FROM entries WHERE user_id = ? LIMIT 1", known[:1]).fetchone():
        stop(f"{arguments.user} has a library already; the reference library goes into an empty one.")
    Library(connection, *known, arguments).write()
    connection.close()


if __name__ == "__main__":
    main()
