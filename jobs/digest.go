package jobs

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"feedstation/internal/article"
)

// digest returns a digest of articles as feeds show them: equal ones have the
// same, within this process.
func (c *Conductor) digest(articles []article.Article) uint64 {
	d := digester{}
	d.SetSeed(c.seed)
	for i := range articles {
		d.article(&articles[i])
	}
	return d.Sum64()
}

// digester takes values in, each with its length, so that no two sequences are
// the same.
type digester struct{ maphash.Hash }

func (d *digester) article(a *article.Article) {
	d.text(a.ID, a.Station, a.URL, a.Title, a.Summary, a.Body, a.Editor, a.Source.Name, a.Source.URL,
		a.Language, a.Rights, a.OriginalURL, a.NextURL, string(a.Status))
	d.list(a.Channels)
	d.list(a.Authors)
	d.list(a.Tags)
	d.instant(a.Published)
	d.instant(a.Updated)
	d.instant(a.Expires)
	d.number(int64(len(a.Images)))
	for _, i := range a.Images {
		d.text(i.URL, i.Caption, i.Credit, i.Type)
		d.number(int64(i.Width))
		d.number(int64(i.Height))
		d.number(i.Bytes)
	}
	d.number(int64(len(a.Enclosures)))
	for _, e := range a.Enclosures {
		d.text(e.URL, e.Type, e.Title)
		d.number(e.Bytes)
		d.number(int64(e.Seconds))
	}
	d.number(int64(len(a.Alternates)))
	for _, alternate := range a.Alternates {
		d.text(alternate.Lang, alternate.URL)
	}
	if a.NoIndex {
		d.number(1)
	}
}

func (d *digester) list(values []string) {
	d.number(int64(len(values)))
	d.text(values...)
}

func (d *digester) text(values ...string) {
	for _, value := range values {
		d.number(int64(len(value)))
		d.WriteString(value)
	}
}

func (d *digester) instant(t time.Time) { d.number(t.UnixNano()) }

func (d *digester) number(n int64) {
	var bytes [8]byte
	binary.LittleEndian.PutUint64(bytes[:], uint64(n))
	d.Write(bytes[:])
}
