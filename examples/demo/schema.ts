/** The database of a game, "Two Truths and a Lie", as its application would have made it. */
export const SCHEMA = `
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email VARCHAR(255) NOT NULL UNIQUE,
  name TEXT NOT NULL,
  bio TEXT,
  is_active BOOLEAN NOT NULL DEFAULT 1,
  is_admin BOOLEAN NOT NULL DEFAULT 0,
  score REAL DEFAULT 0.0,
  preferences TEXT DEFAULT '{}',
  last_ip TEXT,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_login TIMESTAMP
);
CREATE TABLE challenges (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  title VARCHAR(200) NOT NULL,
  statements TEXT NOT NULL DEFAULT '[]',
  lie_index INTEGER NOT NULL,
  status VARCHAR(20) NOT NULL DEFAULT 'draft',
  difficulty REAL,
  view_count INTEGER NOT NULL DEFAULT 0,
  tags TEXT DEFAULT '[]',
  published_at TIMESTAMP,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE guesses (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  challenge_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  statement_index INTEGER NOT NULL,
  is_correct BOOLEAN NOT NULL,
  response_ms INTEGER,
  confidence REAL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (challenge_id, user_id),
  FOREIGN KEY (challenge_id) REFERENCES challenges(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE TABLE user_reports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  reporter_id INTEGER REFERENCES users(id) ON DELETE SET NULL,
  reported_user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  challenge_id INTEGER REFERENCES challenges(id) ON DELETE SET NULL,
  reason VARCHAR(50) NOT NULL,
  details TEXT,
  resolved BOOLEAN NOT NULL DEFAULT 0,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE token_balances (
  user_id INTEGER PRIMARY KEY REFERENCES users(id) ON DELETE CASCADE,
  balance INTEGER NOT NULL DEFAULT 0,
  lifetime_earned INTEGER NOT NULL DEFAULT 0,
  updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE token_transactions (
  transaction_id TEXT PRIMARY KEY NOT NULL DEFAULT (hex(randomblob(16))),
  user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  amount INTEGER NOT NULL,
  kind VARCHAR(30) NOT NULL,
  metadata TEXT DEFAULT '{}',
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE user_sessions (
  session_id TEXT PRIMARY KEY NOT NULL DEFAULT (hex(randomblob(16))),
  user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  ip_address TEXT,
  user_agent TEXT,
  permissions TEXT DEFAULT '[]',
  is_revoked BOOLEAN NOT NULL DEFAULT 0,
  expires_at TIMESTAMP NOT NULL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);`

export const INDEXES = `
CREATE INDEX idx_users_name ON users(name);
CREATE INDEX idx_users_created ON users(created_at DESC);
CREATE INDEX idx_challenges_creator ON challenges(creator_id);
CREATE INDEX idx_challenges_status ON challenges(status, published_at DESC);
CREATE INDEX idx_challenges_views ON challenges(view_count DESC);
CREATE INDEX idx_guesses_user ON guesses(user_id);
CREATE INDEX idx_guesses_created ON guesses(created_at);
CREATE INDEX idx_reports_user ON user_reports(reported_user_id);
CREATE INDEX idx_reports_open ON user_reports(resolved, created_at);
CREATE INDEX idx_transactions_user ON token_transactions(user_id, created_at DESC);
CREATE INDEX idx_transactions_kind ON token_transactions(kind);
CREATE INDEX idx_sessions_user ON user_sessions(user_id);
CREATE INDEX idx_sessions_expires ON user_sessions(expires_at);`
