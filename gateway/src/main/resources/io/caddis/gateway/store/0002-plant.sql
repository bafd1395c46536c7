-- What the dashboard draws.

-- Of anomalies the whole line, with what made the score.
ALTER TABLE scores ADD COLUMN body TEXT;

CREATE INDEX scores_by_sensor ON scores (sensor, at_ms);

-- Values of the newest readings, where the job writes them.
CREATE TABLE readings (
  feed_id BIGINT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  sensor TEXT NOT NULL,
  event_id TEXT NOT NULL,
  features TEXT NOT NULL
);

CREATE INDEX readings_by_sensor ON readings (sensor, at_ms);

-- The worst score of each sensor in intervals of several widths; severity -1 = no anomaly.
CREATE TABLE lanes (
  width_ms BIGINT NOT NULL,
  from_ms BIGINT NOT NULL,
  sensor TEXT NOT NULL,
  readings BIGINT NOT NULL,
  anomalies BIGINT NOT NULL,
  worst DOUBLE PRECISION NOT NULL,
  severity INTEGER NOT NULL,
  PRIMARY KEY (width_ms, from_ms, sensor)
);

-- The newest lines that could not be used.
CREATE TABLE dead_letters (
  feed_id BIGINT PRIMARY KEY,
  reason TEXT NOT NULL,
  body TEXT NOT NULL
);

-- How often a feature was imputed or ignored.
CREATE TABLE feature_tallies (
  kind TEXT NOT NULL,
  feature TEXT NOT NULL,
  total BIGINT NOT NULL,
  PRIMARY KEY (kind, feature)
);
