package content

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// describe reads the catalog of PostgreSQL. A column that the user may not read
// is as good as missing.
func (p postgres) describe(ctx context.Context, conn *sql.Conn, n name) (relation, error) {
	found := relation{columns: map[string]column{}}
	rows, err := conn.QueryContext(ctx, `
		SELECT c.relkind::text, a.attname::text, format_type(a.atttypid, a.atttypmod), t.typcategory::text, coalesce(b.typname, t.typname)::text
		FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
		LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
		WHERE c.oid = to_regclass($1) AND has_column_privilege(c.oid, a.attnum, 'SELECT')`, p.quote(n))
	if err != nil {
		return found, err
	}
	defer rows.Close()
	for rows.Next() {
		var relkind, bare, native, category, base string
		if err := rows.Scan(&relkind, &bare, &native, &category, &base); err != nil {
			return found, err
		}
		found.exists = true
		found.view = relkind == "v" || relkind == "f"
		found.columns[bare] = column{native: native, kind: postgresKind(category, base)}
	}
	if err := rows.Err(); err != nil {
		return found, err
	}
	found.indexes, err = p.indexes(ctx, conn, n)
	return found, err
}

func postgresKind(category, base string) kind {
	switch {
	case base == "timestamptz":
		return timeKind
	case base == "timestamp" || base == "date":
		return clockKind
	case base == "json" || base == "jsonb":
		return jsonKind
	case base == "uuid":
		return uuidKind
	case base == "int2" || base == "int4" || base == "int8" || base == "numeric" || base == "float4" || base == "float8":
		return numberKind
	case base == "bytea":
		return bytesKind
	case category == "A" || category == "C":
		return listKind
	case category == "S" || category == "V" || base == "xml": // "V" are strings of bits
		return textKind
	case category == "B":
		return boolKind
	case category == "E":
		return enumKind
	}
	return otherKind
}

// indexes returns the indexes that can serve an order. One of a part of the rows counts
// only where that is those with a value, as of those that expire.
func (p postgres) indexes(ctx context.Context, conn *sql.Conn, n name) ([][]string, error) {
	return indexes(ctx, conn, `
		SELECT i.indexrelid::bigint::text, coalesce(a.attname::text, '')
		FROM pg_catalog.pg_index i
		JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
		JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amname = 'btree'
		CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
		LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0
		WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND k.n <= i.indnkeyatts
			AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = (
				SELECT '(' || quote_ident(f.attname) || ' IS NOT NULL)' FROM pg_catalog.pg_attribute f WHERE f.attrelid = i.indrelid AND f.attnum = i.indkey[0]))
		ORDER BY i.indexrelid, k.n`, p.quote(n))
}

// describe reads the catalog of MySQL, which shows what the user may read.
func (m mySQL) describe(ctx context.Context, conn *sql.Conn, n name) (relation, error) {
	found := relation{columns: map[string]column{}}
	rows, err := conn.QueryContext(ctx, `
		SELECT t.table_type, lower(c.column_name), c.data_type, coalesce(c.character_maximum_length, -1), coalesce(c.collation_name, '')
		FROM information_schema.columns c
		JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
		WHERE c.table_schema = coalesce(NULLIF(?, ''), DATABASE()) AND c.table_name = ?`, n.schema, n.relation)
	if err != nil {
		return found, err
	}
	defer rows.Close()
	for rows.Next() {
		var table, bare, native, collation string
		var length int64
		if err := rows.Scan(&table, &bare, &native, &length, &collation); err != nil {
			return found, err
		}
		found.exists = true
		found.view = strings.Contains(table, "VIEW")
		c := column{native: strings.ToLower(native), collation: collation}
		if c.kind = mysqlKind(c.native); isBinary(c.native) && length == 16 && (c.native == "binary" || !found.view) {
			c.kind = bytesKind // a UUID
		}
		if isBinary(c.native) && length == 0 {
			c.kind = nullKind
		}
		found.columns[bare] = c
	}
	if err := rows.Err(); err != nil {
		return found, err
	}
	if found.view {
		found.merged = m.merged(ctx, conn, n)
	}
	found.indexes, err = m.indexes(ctx, conn, n)
	return found, err
}

// merged reports whether a view says that it is read as the tables below it. MySQL and
// MariaDB do not keep ALGORITHM=MERGE of one that can't be. Who lacks SHOW VIEW can't be
// told.
func (m mySQL) merged(ctx context.Context, conn *sql.Conn, n name) bool {
	var view, definition, charset, collation string
	err := conn.QueryRowContext(ctx, "SHOW CREATE VIEW "+m.quote(n)).Scan(&view, &definition, &charset, &collation)
	return err == nil && strings.HasPrefix(definition, "CREATE ALGORITHM=MERGE ")
}

func mysqlKind(native string) kind {
	switch native {
	case "timestamp":
		return timeKind
	case "datetime", "date":
		return clockKind
	case "json":
		return jsonKind
	case "tinyint", "smallint", "mediumint", "int", "bigint", "bit", "decimal", "float", "double":
		return numberKind
	case "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set":
		return textKind
	case "uuid":
		return uuidKind
	}
	if isBinary(native) {
		return textKind // what CONCAT and the like make of numbers
	}
	return otherKind
}

func isBinary(native string) bool {
	return strings.HasSuffix(native, "binary") || strings.HasSuffix(native, "blob")
}

// indexes returns the indexes of whole values; each ends with the primary key,
// as InnoDB's do.
func (mySQL) indexes(ctx context.Context, conn *sql.Conn, n name) ([][]string, error) {
	const ofTable = ` FROM information_schema.statistics
		WHERE table_schema = coalesce(NULLIF(?, ''), DATABASE()) AND table_name = ? AND index_type = 'BTREE'`
	found, err := indexes(ctx, conn, `SELECT index_name, CASE WHEN sub_part IS NULL THEN lower(column_name) ELSE '' END`+ofTable+
		` ORDER BY index_name, seq_in_index`, n.schema, n.relation)
	if err != nil {
		return nil, err
	}
	primary, err := indexes(ctx, conn, `SELECT index_name, lower(column_name)`+ofTable+
		` AND index_name = 'PRIMARY' ORDER BY seq_in_index`, n.schema, n.relation)
	if err != nil || len(primary) == 0 {
		return found, err
	}
	for i, columns := range found {
		for _, c := range primary[0] {
			if !slices.Contains(columns, c) {
				columns = append(columns, c)
			}
		}
		found[i] = columns
	}
	return found, nil
}

// indexes reads rows of an index and a column, in the order of the columns.
func indexes(ctx context.Context, conn *sql.Conn, query string, args ...any) (found [][]string, err error) {
	rows, err := conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	last := ""
	for rows.Next() {
		var index, c string
		if err := rows.Scan(&index, &c); err != nil {
			return nil, err
		}
		if index != last || found == nil {
			found = append(found, nil)
		}
		last = index
		found[len(found)-1] = append(found[len(found)-1], c)
	}
	return found, rows.Err()
}
