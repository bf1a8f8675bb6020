-- The tables of guide 3, as its application makes them, with what SQLite lets slip in.
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name VARCHAR(100) NOT NULL COLLATE NOCASE UNIQUE,
  email TEXT UNIQUE,
  is_active BOOLEAN NOT NULL DEFAULT 1,
  rating REAL DEFAULT 0.5,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE challenges (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
  title TEXT NOT NULL,
  statements JSON NOT NULL DEFAULT '[]',
  status TEXT DEFAULT 'draft' CHECK (status IN ('draft', 'published')),
  title_length INTEGER AS (length(title)),
  published_at DATETIME
);
CREATE INDEX idx_challenges_active ON challenges (published_at DESC) WHERE status = 'published';
CREATE INDEX idx_challenges_creator ON challenges (creator_id, published_at DESC);
CREATE TABLE guesses (
  challenge_id INTEGER NOT NULL REFERENCES challenges (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES users (id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
  is_correct BOOLEAN,
  guessed_at DATETIME,
  PRIMARY KEY (challenge_id, user_id)
) WITHOUT ROWID;
CREATE TABLE user_reports (reporter TEXT REFERENCES users (email), reason, weight DECIMAL(4,1));
CREATE TABLE token_balances (user_id INTEGER PRIMARY KEY REFERENCES users, balance INTEGER NOT NULL DEFAULT 0);
CREATE TABLE token_transactions (
  transaction_id TEXT PRIMARY KEY DEFAULT (hex(randomblob(16))),
  user_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
  metadata TEXT DEFAULT '{}'
);
CREATE TABLE user_sessions (
  session_id TEXT PRIMARY KEY DEFAULT (hex(randomblob(16))),
  permissions TEXT DEFAULT '[]',
  ip_address TEXT,
  expires INTEGER DEFAULT (strftime('%s', 'now') + 3600)
);
CREATE VIEW active_users AS SELECT * FROM users WHERE is_active;
CREATE TRIGGER count_guess AFTER INSERT ON guesses BEGIN
  UPDATE users SET rating = rating + 1 WHERE id = new.user_id;
END;
INSERT INTO users VALUES (1, 'Ada', 'ada@example.org', 1, 0.5, '2024-01-01 10:00:00'),
                         (7, 'Bob', NULL, 0, 1e3, '2024-01-02 10:00:00.123');
INSERT INTO users VALUES (9, 'Eve', NULL, 1, 0, NULL);
DELETE FROM users WHERE id = 9;
INSERT INTO challenges (id, creator_id, title, statements, published_at)
  VALUES (1, 1, 'First', '["a", "b", "c"]', '2024-02-01T00:00:00Z'),
         (2, 7, 'Second', '[]', '2024-02-01T00:00:00+02:00');
INSERT INTO guesses VALUES (1, 7, 1, 1700000000), (2, 1, 0, 'yesterday');
INSERT INTO token_balances VALUES (1, 9007199254740993);
INSERT INTO token_transactions VALUES ('00112233445566778899AABBCCDDEEFF', 1, '{"a": 1}');
INSERT INTO user_sessions VALUES ('00112233445566778899AABBCCDDEEFF', '["read"]', '10.0.0.1', 1700000000);
