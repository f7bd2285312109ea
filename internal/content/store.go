// Package content is the content store: where the newsroom's articles are. It
// reads two relations, tables or views, of SQLite, PostgreSQL, or MySQL and
// MariaDB; the names of the two are configurable.
//
//	articles          one row an article, columns as in the import format;
//	                  lists and objects as JSON; modified_at is the time of
//	                  the row's last change by the database's clock
//	article_channels  (article_id, channel)
//
// Of PostgreSQL and MySQL it needs the right to SELECT from these two, and
// nothing else. The embedded store is SQLite; it owns its tables, creates them,
// has times as Unix milliseconds, and remembers in article_moves for a week
// where articles have been.
package content

import (
	"cmp"
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"feedstation/internal/article"
	"feedstation/internal/database"
	"feedstation/internal/network"
	"feedstation/internal/secret"
)

// Drivers that a store can have.
const (
	SQLite = "sqlite"
	// SQLiteReadOnly is a SQLite file of another program.
	SQLiteReadOnly = "sqlite_readonly"
	Postgres       = "postgres"
	MySQL          = "mysql" // and MariaDB
)

// What Options have when they do not say.
const (
	defaultOverlap = 2 * time.Minute
	defaultTimeout = 10 * time.Second
)

// Options tell where the articles are.
type Options struct {
	Driver string
	// DSN is the file of the embedded store, or of another program's SQLite, a connection string or URL of
	// PostgreSQL (libpq's forms), or user:password@tcp(host:port)/database for
	// MySQL. No error repeats it: it may hold a password.
	DSN string
	// TLS is how connections to a server are encrypted, in place of what the DSN says;
	// nil: as the DSN says. A socket of the machine has none.
	TLS *tls.Config
	// Articles and ArticleChannels are the names of the two relations, with or
	// without a schema before a dot; empty: articles and article_channels. They
	// are taken as they are written, capitals included.
	Articles, ArticleChannels string
	// Overlap is how far Changes looks back behind the moment it is asked for:
	// a transaction may commit that much later than it stamped its rows. 0: 2
	// minutes.
	Overlap time.Duration
	// Timeout bounds how long a server is waited for, to be connected and to
	// give the next row, and what one statement may take there; Inventory, which
	// reads everything, is bound by the former only. 0: 10 s. The embedded store
	// has no use for it.
	Timeout time.Duration
	// Notify is the channel of PostgreSQL's NOTIFY on which Listen listens,
	// taken as it is written, capitals included; empty: none. No other engine has
	// them. It takes a session of the server's own, which no pooler gives in its
	// transaction and statement modes, and a standby has no LISTEN: then NotifyDSN is
	// where the server itself is; empty: DSN.
	Notify, NotifyDSN string
	// Network says what the store calls stations and channels that it does not call
	// by their ids; nil: there are none. The embedded store calls all by their ids.
	Network *network.Network
	// Map says what the columns of the contract are called in the two relations, where
	// that is another name; empty: a column that is there is not to be read. Where there
	// is no second relation, channel is a column of the first. The embedded store has
	// its own.
	Map map[string]string
	// Reader reads the values of columns; the embedded store has its own.
	Reader article.Reader
	// WordPress is not nil where bodies are WordPress's own.
	WordPress *WordPress
	// Trial is told what the store is asked; nil: nobody is.
	Trial *Trial
	// OneByOne is how many changes Changes yields one by one; more than that are
	// yielded in groups. 0: 4096.
	OneByOne int
}

// Store is a content store. It is safe for concurrent use; the embedded one
// also by several processes.
type Store struct {
	dialect  dialect
	read     *sql.DB // each transaction of it can only read
	articles name
	channels name
	overlap  time.Duration
	timeout  time.Duration
	notify   string           // a channel of PostgreSQL; empty: none
	listens  *pgx.ConnConfig  // how those connect that listen and notify there
	secrets  *secret.Redactor // of the DSN
	oneByOne int              // see Options.OneByOne
	trial    *Trial           // nil: none
	file     *sqliteFile      // of another program; else nil
	network  *network.Network // of keys; without stations: all are called by their ids
	reader   article.Reader
	called   map[string]string // see Options.Map

	wordpress *WordPress // nil: bodies are HTML
	parts     name       // empty: there are none

	write *sql.DB // one connection of the embedded store; else nil
	watch *watch  // of the embedded store; else nil
	bulk  bulk

	pool *pgxpool.Pool // below read, of PostgreSQL; else nil

	reach reach

	mu        sync.Mutex
	known     *catalog // nil: not looked at, or seen to be wrong
	learned   time.Time
	learnedOf os.FileInfo // of another program's file
}

// Open opens the embedded store in a file, creates it where it is missing and
// brings its tables up to date. The file's folder is created as well.
func Open(ctx context.Context, file string) (*Store, error) {
	return OpenWith(ctx, Options{Driver: SQLite, DSN: file})
}

// OpenWith opens a content store. Open tells what that is for the embedded
// one. Of a server nothing is asked yet: one that is down is an error of
// Snapshot and Inspect, at every call until it is up.
func OpenWith(ctx context.Context, o Options) (*Store, error) {
	s := &Store{overlap: cmp.Or(o.Overlap, defaultOverlap), timeout: cmp.Or(o.Timeout, defaultTimeout), oneByOne: cmp.Or(o.OneByOne, defaultOneByOne), trial: o.Trial}
	if s.network, s.reader = o.Network, o.Reader; o.Network == nil || o.Driver == SQLite {
		s.network = &network.Network{}
	}
	if o.Driver == SQLite {
		s.reader = article.Reader{}
	}
	if s.wordpress = o.WordPress; o.WordPress != nil && o.WordPress.Parts != "" && o.Driver != SQLite {
		var err error
		if s.parts, err = parseName(o.WordPress.Parts); err != nil {
			return nil, fmt.Errorf("content: article_parts: %w", err)
		}
	}
	if s.overlap < 0 || s.timeout < 0 || s.oneByOne < 0 {
		return nil, errors.New("content: the overlap, the timeout and the number of single changes can't be negative")
	}
	if err := s.setNames(cmp.Or(o.Articles, "articles"), cmp.Or(o.ArticleChannels, "article_channels")); err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	if err := s.setColumns(o.Map); err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	if err := s.setChannel(o); err != nil {
		return nil, fmt.Errorf("content: notify: %w", err)
	}
	if o.Driver != SQLite && o.Driver != SQLiteReadOnly { // whose DSNs are paths
		s.secrets = secret.New(append(secret.InDSN(o.DSN), secret.InDSN(o.NotifyDSN)...)...)
	}
	var err error
	switch o.Driver {
	case SQLite:
		if o.Articles != "" && o.Articles != "articles" || o.ArticleChannels != "" && o.ArticleChannels != "article_channels" {
			return nil, errors.New("content: the embedded store names its tables itself")
		}
		if err := s.openEmbedded(ctx, o.DSN); err != nil {
			return nil, err
		}
		if err := patiently(ctx, func() error { return s.rename(ctx, o.Network) }); err != nil {
			return nil, errors.Join(fmt.Errorf("content: former ids: %w", err), s.Close())
		}
		return s, nil
	case SQLiteReadOnly:
		s.openFile(o.DSN)
	case Postgres:
		s.dialect = postgres{}
		if s.read, s.pool, err = openPostgres(ctx, o.DSN, o.TLS, s.timeout); err == nil {
			err = s.setListening(o)
		}
	case MySQL:
		s.dialect = mySQL{}
		s.read, err = openMySQL(o.DSN, o.TLS, s.timeout)
	default:
		err = fmt.Errorf("driver: want sqlite, sqlite_readonly, postgres or mysql, got %q", o.Driver)
	}
	if err != nil {
		err = fmt.Errorf("content: %w", s.explain(err))
		if s.read != nil {
			err = errors.Join(err, s.Close())
		}
		return nil, err
	}
	return s, nil
}

// setListening says where notifications come from.
func (s *Store) setListening(o Options) error {
	if o.NotifyDSN == "" {
		s.listens = s.pool.Config().ConnConfig
		return nil
	}
	config, err := parsePostgres(o.NotifyDSN, o.TLS, s.timeout)
	if err != nil {
		return fmt.Errorf("notify_dsn: %w", err)
	}
	s.listens = config.ConnConfig
	return nil
}

func (s *Store) setNames(articles, channels string) (err error) {
	if s.articles, err = parseName(articles); err != nil {
		return fmt.Errorf("articles: %w", err)
	}
	if s.channels, err = parseName(channels); err != nil {
		return fmt.Errorf("article_channels: %w", err)
	}
	return nil
}

func (s *Store) setChannel(o Options) error {
	switch {
	case o.Notify == "" && o.NotifyDSN != "":
		return errors.New("missing, and there is a notify_dsn")
	case o.Notify == "":
		return nil
	case o.Driver != Postgres:
		return errors.New("only PostgreSQL has notifications")
	case !database.IsIdentifier(o.Notify):
		return fmt.Errorf("not a channel's name such as feedstation: %q", o.Notify)
	}
	s.notify = o.Notify
	return nil
}

// Close closes the store. What listens ends with its own context.
func (s *Store) Close() error {
	var errs []error
	if s.watch != nil {
		errs = append(errs, s.watch.close())
	}
	if s.write != nil {
		errs = append(errs, s.write.Close())
	}
	errs = append(errs, s.read.Close())
	if s.pool != nil {
		go s.pool.Close() // waits for connections that are still in use
	}
	return errors.Join(errs...)
}

var errNotEmbedded = errors.New("content: only the embedded store can be written to")

// Empty reports whether the embedded store has no article.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	if s.write == nil {
		return false, errNotEmbedded
	}
	var some bool
	if err := s.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM articles)").Scan(&some); err != nil {
		return false, fmt.Errorf("content: %w", s.explain(err))
	}
	return !some, nil
}
