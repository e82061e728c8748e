#!/usr/bin/env python3
"""Chooses what bench/run.sh asks for, from the reference library of a user.

    bench/picks.py folder user ticks.tsv paths.txt

Writes the unseen episodes as forms to post and the searches as paths; prints a show, one of its seasons, a film, the
longest list, the person in the most titles of the library and its commonest genre, the last three as - without one.
"""

import datetime
import pathlib
import random
import sqlite3
import sys
import urllib.parse

SEARCHES = pathlib.Path(__file__).with_name("searches.txt")
UNSEEN = """
    SELECT e.title_id, e.id FROM entries n JOIN episodes e ON e.title_id = n.title_id
    WHERE n.user_id = ? AND e.season > 0 AND e.air_day <= date('now')
      AND NOT EXISTS (SELECT 1 FROM plays p WHERE p.user_id = n.user_id AND p.title_id = e.title_id
        AND p.episode_id = e.id)
    ORDER BY e.id
"""
SHOW = """
    SELECT s.title_id, e.season FROM shelf s JOIN episodes e ON e.id = s.next_episode
    WHERE s.user_id = ? AND s.kind = 'show' AND s.status = 'watching' ORDER BY s.last_at DESC, s.title_id LIMIT 1
"""
FILM = """
    SELECT title_id FROM shelf WHERE user_id = ? AND kind = 'movie' AND plays > 1 AND rating IS NOT NULL
    ORDER BY last_at DESC, title_id LIMIT 1
"""
LIST = """
    SELECT list_id FROM list_items WHERE user_id = ? GROUP BY list_id ORDER BY count(*) DESC, list_id LIMIT 1
"""
PERSON = """
    SELECT c.person_id FROM entries n JOIN credits c ON c.title_id = n.title_id
    WHERE n.user_id = ? GROUP BY c.person_id ORDER BY count(DISTINCT c.title_id) DESC, c.person_id LIMIT 1
"""
GENRE = """
    SELECT g.genre FROM entries n JOIN genres g ON g.title_id = n.title_id
    WHERE n.user_id = ? GROUP BY g.genre ORDER BY count(*) DESC, g.genre LIMIT 1
"""


def evening(place):
    """A minute of one of the last 200 evenings: nobody ticks thousands of episodes on one day, as the bench does."""
    day = datetime.date.today() - datetime.timedelta(days=1 + place % 200)
    return f"{day}T{19 + place // 60 % 4}%3A{place % 60:02}"


def main():
    folder, name, ticks, paths = sys.argv[1:]
    connection = sqlite3.connect(f"file:{folder}/flixlist.sqlite?mode=ro", uri=True)
    user = connection.execute("SELECT id FROM users WHERE username_key = ?", (name.lower(),)).fetchone()
    unseen = connection.execute(UNSEEN, user).fetchall()
    random.Random(1).shuffle(unseen)
    with open(ticks, "w") as file:
        for place, (title, episode) in enumerate(unseen):
            when = evening(place)
            file.write(f"/titles/{title}/plays\tepisode={episode}&when={when}&again=1\n")
    with open(paths, "w") as file:
        for query in SEARCHES.read_text(encoding="utf-8").splitlines():
            file.write("/search?" + urllib.parse.urlencode({"q": query}) + "\n")
    show, season = connection.execute(SHOW, user).fetchone()
    picks = [show, season, *connection.execute(FILM, user).fetchone()]
    for statement in (LIST, PERSON, GENRE):
        found = connection.execute(statement, user).fetchone()
        picks.append(urllib.parse.quote(str(found[0]), safe="") if found else "-")
    print(*picks)


if __name__ == "__main__":
    main()
