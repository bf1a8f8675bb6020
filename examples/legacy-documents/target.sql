-- What the new application has already: its tables, its roles, one user.
CREATE TABLE roles (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
INSERT INTO roles (name) VALUES ('Author'), ('Reviewer'), ('Approver'), ('DMS_Admin');

CREATE TABLE users (
  id serial PRIMARY KEY,
  username text NOT NULL UNIQUE,
  email text NOT NULL,
  full_name text,
  hashed_password text NOT NULL,
  role_id integer NOT NULL REFERENCES roles (id),
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO users (username, email, full_name, hashed_password, role_id)
VALUES ('admin', 'admin@company.example', 'The admin', '-', 4);

CREATE TABLE documents (
  id serial PRIMARY KEY,
  document_number text NOT NULL UNIQUE,
  title text NOT NULL,
  description text,
  status text NOT NULL CHECK (status IN ('Draft', 'Under Review', 'Pending Approval', 'Approved', 'Effective',
    'Archived', 'Obsolete', 'Rejected')),
  owner_id integer NOT NULL REFERENCES users (id),
  department text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz
);

CREATE TABLE document_versions (
  id serial PRIMARY KEY,
  document_id integer NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  version_number integer NOT NULL,
  content text NOT NULL,
  status text NOT NULL,
  created_by_id integer NOT NULL REFERENCES users (id),
  is_latest boolean NOT NULL DEFAULT true
);

CREATE TABLE comments (
  id serial PRIMARY KEY,
  document_id integer NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  body text NOT NULL
);
