"""The tables of the ledger, in SQL that PostgreSQL reads as well.

Times are seconds since 1970 (UTC); values are JSON texts with a sha256 beside those that must not rot unseen. `turn`
counts what finished, because clocks go back. `superseded` is 0 for the operations of the latest plan; one that a new
plan replaced keeps what it did under a number of its own.
"""

from __future__ import annotations

APPLICATION_ID = 0x617A6C6E
"""`azln`: what makes a SQLite file ours."""

VERSION = 1

SCHEMA = """
CREATE TABLE objectives (
  id TEXT PRIMARY KEY,
  parent TEXT,
  cloud TEXT NOT NULL,
  requested_at DOUBLE PRECISION NOT NULL,
  saved_at DOUBLE PRECISION NOT NULL,
  plan_fingerprint TEXT,
  verdict TEXT,
  body TEXT NOT NULL,
  digest TEXT NOT NULL
);
CREATE INDEX objectives_by_age ON objectives (requested_at);
CREATE TABLE operations (
  objective TEXT NOT NULL,
  operation TEXT NOT NULL,
  superseded BIGINT NOT NULL DEFAULT 0,
  verb TEXT NOT NULL,
  digest TEXT NOT NULL,
  resource_id TEXT,
  resource_key TEXT,
  state TEXT NOT NULL,
  pre_known INTEGER NOT NULL DEFAULT 0,
  pre_absent INTEGER,
  pre_etag TEXT,
  strategy TEXT,
  request TEXT,
  async_url TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  started_at DOUBLE PRECISION,
  finished_at DOUBLE PRECISION,
  turn BIGINT,
  result TEXT,
  removed_at DOUBLE PRECISION,
  PRIMARY KEY (objective, operation, superseded)
);
CREATE INDEX operations_by_resource ON operations (resource_key);
CREATE INDEX operations_by_turn ON operations (turn);
CREATE TABLE attempts (
  objective TEXT NOT NULL,
  operation TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  strategy TEXT NOT NULL,
  request TEXT NOT NULL,
  started_at DOUBLE PRECISION NOT NULL,
  finished_at DOUBLE PRECISION,
  status TEXT,
  failure TEXT,
  PRIMARY KEY (objective, operation, attempt)
);
CREATE TABLE approvals (
  objective TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  month TEXT NOT NULL,
  given TEXT NOT NULL,
  amounts TEXT NOT NULL,
  withdrawn_at DOUBLE PRECISION,
  PRIMARY KEY (objective, fingerprint)
);
CREATE INDEX approvals_by_month ON approvals (month);
CREATE TABLE events (
  objective TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at DOUBLE PRECISION NOT NULL,
  what TEXT NOT NULL,
  operation TEXT,
  detail TEXT NOT NULL,
  PRIMARY KEY (objective, seq)
);
CREATE TABLE leases (
  objective TEXT PRIMARY KEY,
  runner TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  born TEXT NOT NULL,
  fence BIGINT NOT NULL,
  taken_at DOUBLE PRECISION NOT NULL,
  heartbeat_at DOUBLE PRECISION NOT NULL,
  released INTEGER NOT NULL
);
CREATE TABLE anchors (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
)
"""
