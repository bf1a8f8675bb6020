"""A peer of the trials: every table of a SQLite file by execute_values. `python3 insert.py FILE`, target by PG... variables."""
import sqlite3
import sys

import psycopg2
from psycopg2.extras import execute_values

ROWS = 1000

source = sqlite3.connect(sys.argv[1])
target = psycopg2.connect("")
names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
for (table,) in source.execute(names).fetchall():
    columns = source.execute(f"SELECT name, type FROM pragma_table_info('{table}')").fetchall()
    booleans = [i for i, (_, declared) in enumerate(columns) if declared == "BOOLEAN"]
    rows = source.execute(f"SELECT * FROM {table}")
    with target.cursor() as cursor:
        while batch := rows.fetchmany(ROWS):
            values = [list(row) for row in batch]
            for row in values:
                for i in booleans:
                    row[i] = None if row[i] is None else bool(row[i])
            execute_values(cursor, f"INSERT INTO public.{table} VALUES %s", values, page_size=ROWS)
    target.commit()
target.close()
