package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// scheme is that of addresses of buckets.
const scheme = "s3://"

// IsBucket reports whether a place is a bucket of an object store, and no folder.
func IsBucket(where string) bool { return strings.HasPrefix(where, scheme) }

// errConflict is what a write meets that another one has gone before.
var errConflict = errors.New("something else has written there meanwhile: export once more")

// bucket is a prefix in a bucket, as a folder is one on a disk. Each write says what it
// replaces (RFC 9110 §13.1.1), so that of two exports at once one fails.
type bucket struct {
	client       *minio.Client
	name, prefix string // the prefix ends in a slash, or is empty
}

// openBucket returns the target of s3://bucket/prefix. Where that is, and with what it is
// spoken to, is in the environment, as the tools of AWS have it: AWS_ENDPOINT_URL,
// AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY; or in their file of credentials,
// or the rights of the machine.
func openBucket(where string, env func(string) string) (*bucket, error) {
	at, err := url.Parse(where)
	if err != nil || at.Host == "" || at.User != nil || at.RawQuery != "" || at.Fragment != "" {
		return nil, fmt.Errorf("want s3://bucket/prefix, got %q", where)
	}
	endpoint := &url.URL{Scheme: "https", Host: "s3.amazonaws.com"}
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"} {
		if text := env(name); text != "" {
			if endpoint, err = url.Parse(text); err != nil || endpoint.Host == "" {
				return nil, fmt.Errorf("%s: want an address such as https://s3.news.example", name)
			}
		}
	}
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds:  credentials.NewChainCredentials([]credentials.Provider{&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{}}),
		Secure: endpoint.Scheme != "http", Region: env("AWS_REGION"),
	})
	if err != nil {
		return nil, err
	}
	b := &bucket{client: client, name: at.Host, prefix: strings.Trim(at.Path, "/")}
	if b.prefix != "" {
		b.prefix += "/"
	}
	return b, nil
}

func (b *bucket) close() {}

func (b *bucket) leave(string) {}

func (b *bucket) stations(ctx context.Context) (names []string, err error) {
	for object := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix}) {
		if object.Err != nil {
			return nil, object.Err
		}
		if name, ok := strings.CutSuffix(strings.TrimPrefix(object.Key, b.prefix), "/"); ok {
			names = append(names, name)
		}
	}
	return names, nil
}

func (b *bucket) station(ctx context.Context, id string, create bool) (place, error) {
	s := &stationPrefix{bucket: b, prefix: b.prefix + id + "/", etags: map[string]string{}}
	// Before it is known what is there: what is written meanwhile is then found.
	if err := s.readList(ctx); err != nil {
		return nil, err
	}
	if s.text == nil && !create {
		return nil, errNotOurs
	}
	for object := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true}) {
		if object.Err != nil {
			return nil, object.Err
		}
		if name := strings.TrimPrefix(object.Key, s.prefix); name != listName {
			s.etags[name] = object.ETag
		}
	}
	return s, nil
}

// stationPrefix is what a bucket has of a station.
type stationPrefix struct {
	*bucket
	prefix string
	text   []byte            // the list; nil: there is none
	listed string            // its ETag
	etags  map[string]string // of what is there, by name
}

func (s *stationPrefix) readList(ctx context.Context) error {
	object, err := s.client.GetObject(ctx, s.name, s.prefix+listName, minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	defer object.Close()
	info, err := object.Stat()
	if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound && minio.ToErrorResponse(err).Code != minio.NoSuchBucket {
		return nil
	}
	if err != nil {
		return err
	}
	s.listed = info.ETag
	s.text, err = io.ReadAll(object)
	return err
}

func (s *stationPrefix) where() string {
	return strings.TrimSuffix(scheme+path.Join(s.name, s.prefix), "/")
}

func (s *stationPrefix) list(context.Context) ([]byte, error) { return s.text, nil }

func (s *stationPrefix) keep(ctx context.Context, list []byte) (err error) {
	s.listed, err = s.put(ctx, listName, list, s.listed, minio.PutObjectOptions{ContentType: "text/plain; charset=utf-8"})
	return err
}

func (s *stationPrefix) unlist(ctx context.Context) error { return s.remove(ctx, listName) }

func (s *stationPrefix) tidy(map[string]bool) error { return nil } // objects are there whole or not at all

func (s *stationPrefix) holds(name string) (bool, error) { return s.etags[name] != "", nil }

func (s *stationPrefix) intact(f file, _ string) bool { return s.etags[f.name] != "" }

// write puts an object with the fields that it is served with. A twin is the document in
// an encoding, but for that of a sitemap in gzip, which is a document of its own.
func (s *stationPrefix) write(ctx context.Context, f file, body []byte) (err error) {
	d := f.document
	if f.encoding == edition.Gzip && network.IsSitemap(f.path) {
		d = d.Twin()
	}
	options := minio.PutObjectOptions{
		ContentType: d.MediaType(), CacheControl: d.CacheControl()[0],
		UserMetadata: map[string]string{"mtime": strconv.FormatInt(f.modified.Unix(), 10)}, // as rclone has it
	}
	if d == f.document && f.encoding != edition.Identity {
		options.ContentEncoding = f.encoding.String()
	}
	s.etags[f.name], err = s.put(ctx, f.name, body, s.etags[f.name], options)
	return err
}

// put replaces what has an ETag or, with "", what is not there.
func (s *stationPrefix) put(ctx context.Context, name string, body []byte, etag string, options minio.PutObjectOptions) (string, error) {
	options.DisableMultipart = true // a condition holds for a whole object
	if etag == "" {
		options.SetMatchETagExcept("*")
	} else {
		options.SetMatchETag(etag)
	}
	info, err := s.client.PutObject(ctx, s.name, s.prefix+name, bytes.NewReader(body), int64(len(body)), options)
	if minio.ToErrorResponse(err).StatusCode == http.StatusPreconditionFailed {
		err = errConflict
	}
	if err != nil {
		return "", fmt.Errorf("%s/%s: %w", s.where(), name, err)
	}
	return info.ETag, nil
}

func (s *stationPrefix) remove(ctx context.Context, name string) error {
	return s.client.RemoveObject(ctx, s.name, s.prefix+name, minio.RemoveObjectOptions{})
}
