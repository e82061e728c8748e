#!/usr/bin/env bash
# Writes Sources/App/Texts/Key.swift from the keys of en.txt: a text is added there, then this runs.
set -euo pipefail
cd "$(dirname "$0")/.."
{
  echo "/// The texts of the pages, by name. Written by scripts/keys.sh from en.txt."
  echo "enum Key: Int, CaseIterable, Sendable {"
  sed -nE 's/^([a-zA-Z0-9]+) = .*/  case \1/p' Sources/App/Texts/en.txt
  echo "}"
} >Sources/App/Texts/Key.swift
