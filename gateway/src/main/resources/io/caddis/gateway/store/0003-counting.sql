-- What is asked for twice a second or at each scrape reads what it counts, not whole rows of the past.

CREATE INDEX outbox_by_outcome ON outbox (outcome, made_ms);

CREATE INDEX alerts_waiting ON alerts (severity, peak_score)
  WHERE state = 'open' AND acknowledged_ms IS NULL;

CREATE INDEX alerts_judged ON alerts (label, state) WHERE label IS NOT NULL;
