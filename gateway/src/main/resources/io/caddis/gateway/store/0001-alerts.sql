-- Runs on SQLite and on PostgreSQL. Times are epoch milliseconds, flags 0 or 1, severities 0 (low) to 3 (critical).

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);

-- 'feed' numbers everything that the live stream sends, in the order of commits.
INSERT INTO counters (name, value) VALUES ('feed', 0);
INSERT INTO counters (name, value) VALUES ('action', 0);
INSERT INTO counters (name, value) VALUES ('notice', 0);

-- How far each of the jobs' files was read. Its size tells a replaced file from the one that was read.
CREATE TABLE feed_files (
  file TEXT PRIMARY KEY,
  size BIGINT NOT NULL,
  read_to BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL
);

-- One row an episode: the message with the highest sequence, and what people said about it.
CREATE TABLE alerts (
  alert_id TEXT PRIMARY KEY,
  sequence BIGINT NOT NULL,
  feed_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  sensor TEXT NOT NULL,
  sensor_group TEXT NOT NULL,
  severity INTEGER NOT NULL,
  start_ms BIGINT NOT NULL,
  end_ms BIGINT NOT NULL,
  peak_score DOUBLE PRECISION NOT NULL,
  anomalies BIGINT NOT NULL,
  body TEXT NOT NULL,
  received_ms BIGINT NOT NULL,
  acknowledged_ms BIGINT,
  acknowledged_by TEXT,
  acknowledged_note TEXT,
  label TEXT,
  label_ms BIGINT,
  label_by TEXT,
  label_note TEXT
);

CREATE INDEX alerts_by_feed_id ON alerts (feed_id);
CREATE INDEX alerts_by_start ON alerts (start_ms);
CREATE INDEX alerts_by_rank ON alerts (severity, peak_score);
CREATE INDEX alerts_by_sensor ON alerts (sensor, start_ms);
CREATE INDEX alerts_by_received ON alerts (received_ms);

-- Who did what to an alert, kept as long as the alert.
CREATE TABLE actions (
  action_id BIGINT PRIMARY KEY,
  alert_id TEXT NOT NULL,
  action TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_ms BIGINT NOT NULL,
  note TEXT
);

CREATE INDEX actions_by_alert ON actions (alert_id);

CREATE TABLE silences (
  silence_id BIGINT PRIMARY KEY,
  sensor TEXT NOT NULL,
  sensor_like TEXT NOT NULL,
  until_ms BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  made_ms BIGINT NOT NULL,
  note TEXT
);

-- Alarms that should have been raised, reported by people: without them there is no recall.
CREATE TABLE missed_alarms (
  missed_id BIGINT PRIMARY KEY,
  sensor TEXT NOT NULL,
  start_ms BIGINT NOT NULL,
  end_ms BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  made_ms BIGINT NOT NULL,
  note TEXT
);

-- The newest scores only.
CREATE TABLE scores (
  feed_id BIGINT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  sensor TEXT NOT NULL,
  score DOUBLE PRECISION,
  threshold DOUBLE PRECISION,
  anomaly INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  model_version TEXT NOT NULL,
  event_id TEXT NOT NULL
);

CREATE TABLE quality_issues (
  issue_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  sensor TEXT NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  body TEXT NOT NULL,
  received_ms BIGINT NOT NULL
);

CREATE INDEX quality_issues_by_to ON quality_issues (to_ms);
CREATE INDEX quality_issues_by_received ON quality_issues (received_ms);

-- What the jobs trained, without the models' bytes.
CREATE TABLE trained_models (
  sensor_group TEXT NOT NULL,
  model_version TEXT NOT NULL,
  train_to_ms BIGINT NOT NULL,
  body TEXT NOT NULL,
  received_ms BIGINT NOT NULL,
  PRIMARY KEY (sensor_group, model_version)
);

CREATE INDEX trained_models_by_received ON trained_models (received_ms);

-- How many of what on which day, UTC: of scores and alerts the day of the reading, of what has no time the day it came.
CREATE TABLE tallies (
  kind TEXT NOT NULL,
  day TEXT NOT NULL,
  total BIGINT NOT NULL,
  PRIMARY KEY (kind, day)
);

-- Notifications on their way. The key keeps what was said once from being said again.
CREATE TABLE outbox (
  notice_id BIGINT PRIMARY KEY,
  target TEXT NOT NULL,
  subject TEXT NOT NULL,
  status TEXT NOT NULL,
  severity INTEGER NOT NULL,
  sensor_group TEXT NOT NULL,
  body TEXT NOT NULL,
  made_ms BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  due_ms BIGINT NOT NULL,
  settled_ms BIGINT,
  outcome TEXT,
  UNIQUE (target, subject, status, severity)
);

CREATE INDEX outbox_by_due ON outbox (target, settled_ms, due_ms);
