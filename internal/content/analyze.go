package content

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// unanalyzed names the tables of 8 MiB and more that are below a relation: of smaller ones
// any plan will do. What was restored or loaded by COPY has no statistics until
// autovacuum comes by.
func (p postgres) unanalyzed(ctx context.Context, conn *sql.Conn, n name) (tables []string, err error) {
	rows, err := conn.QueryContext(ctx, `
		WITH RECURSIVE below (relation) AS (
			SELECT to_regclass($1)::oid
			UNION
			SELECT d.refobjid
			FROM below
			JOIN pg_catalog.pg_rewrite r ON r.ev_class = below.relation
			JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
		)
		SELECT c.oid::regclass::text
		FROM below
		JOIN pg_catalog.pg_class c ON c.oid = below.relation
		WHERE c.relkind IN ('r', 'm') AND pg_relation_size(c.oid) >= 8 << 20
			AND pg_stat_get_last_analyze_time(c.oid) IS NULL AND pg_stat_get_last_autoanalyze_time(c.oid) IS NULL
		ORDER BY 1`, p.quote(n))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return nil, err
		}
		tables = append(tables, table)
	}
	return tables, rows.Err()
}

// MySQL samples its indexes when it plans, and SQLite plans by the order of indexes.
func (mySQL) unanalyzed(context.Context, *sql.Conn, name) ([]string, error)    { return nil, nil }
func (embedded) unanalyzed(context.Context, *sql.Conn, name) ([]string, error) { return nil, nil }

// missingStatistics returns a finding for each table that was never analyzed.
func (s *Store) missingStatistics(ctx context.Context, conn *sql.Conn) (findings []Finding, err error) {
	var tables []string
	for _, relation := range []name{s.articles, s.channels} {
		found, err := s.dialect.unanalyzed(ctx, conn, relation)
		if err != nil {
			return nil, err
		}
		tables = append(tables, found...)
	}
	slices.Sort(tables)
	for _, table := range slices.Compact(tables) {
		findings = append(findings, Finding{
			Text:      fmt.Sprintf("table %s was never analyzed: the database can only guess how to read it", table),
			Statement: "ANALYZE " + table,
		})
	}
	return findings, nil
}
