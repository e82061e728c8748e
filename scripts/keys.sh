#!/usr/bin/env bash
# Writes Sources/App/Texts/Key.swift from the keys of en.txt, as many on a line as fit: a text is added there, then this
# runs.
set -euo pipefail
cd "$(dirname "$0")/.."
{
  echo "/// The texts of the pages, by name. Written by scripts/keys.sh from en.txt."
  echo "enum Key: Int, CaseIterable, Sendable {"
  sed -nE 's/^([a-zA-Z0-9]+) = .*/\1/p' Sources/App/Texts/en.txt | awk '
    { word = (line == "" ? "  case " : ", ") $0 }
    length(line word) > 120 { print line; line = ""; word = "  case " $0 }
    { line = line word }
    END { if (line != "") print line }'
  echo "}"
} >Sources/App/Texts/Key.swift
