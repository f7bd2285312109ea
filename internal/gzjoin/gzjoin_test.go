package gzjoin_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"pgregory.net/rapid"

	"feedstation/internal/gzjoin"
)

// TestJoin holds that what is joined is one gzip file of all texts, with the right
// sum and size, and that chunks that share its bytes say what they said.
func TestJoin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 3000), 0, 6).Draw(t, "texts")
		var chunks []*gzjoin.Chunk
		var whole []byte
		for _, text := range texts {
			chunk := gzjoin.New(text)
			if !bytes.Equal(chunk.Text(), text) || chunk.Size() != int64(len(text)) {
				t.Fatalf("a chunk of %q says %q", text, chunk.Text())
			}
			chunks = append(chunks, &chunk)
			whole = append(whole, text...)
		}
		data := gzjoin.Join(chunks)
		if got := gunzip(t, data); !bytes.Equal(got, whole) || gzjoin.Size(chunks) != int64(len(whole)) {
			t.Fatalf("joined %q, want %q", got, whole)
		}
		gzjoin.Share(data, chunks)
		for i, chunk := range chunks {
			if !bytes.Equal(chunk.Text(), texts[i]) {
				t.Fatalf("a chunk that shares its bytes says %q, want %q", chunk.Text(), texts[i])
			}
		}
		if again := gzjoin.Join(chunks); !bytes.Equal(again, data) {
			t.Fatal("equal chunks give other bytes")
		}
		for _, chunk := range chunks {
			chunk.Drop()
		}
		if !gzjoin.Share(bytes.Clone(data), chunks) || !bytes.Equal(gzjoin.Join(chunks), data) {
			t.Fatal("chunks that were dropped are not what they were")
		}
		for _, chunk := range chunks {
			chunk.Own()
		}
		clear(data)
		if again := gzjoin.Join(chunks); !bytes.Equal(gunzip(t, again), whole) {
			t.Fatal("a chunk with bytes of its own lost them")
		}
	})
}

// gunzip decompresses one member and verifies its sum and size.
func gunzip(t *rapid.T, data []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r.Multistream(false)
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Chunks that are not what was joined keep their bytes.
func TestShareOther(t *testing.T) {
	a, b := gzjoin.New([]byte("a")), gzjoin.New([]byte("b"))
	for _, data := range [][]byte{nil, {1, 2}, gzjoin.Join([]*gzjoin.Chunk{&a})} {
		gzjoin.Share(data, []*gzjoin.Chunk{&b})
		if got := string(b.Text()); got != "b" {
			t.Errorf("b says %q", got)
		}
	}
}

// Where the data is of other chunks, none refers to it.
func TestShareSome(t *testing.T) {
	a, b := gzjoin.New([]byte("a")), gzjoin.New(bytes.Repeat([]byte("b"), 1000))
	whole := gzjoin.New([]byte("another text, of one chunk"))
	a.Drop()
	b.Drop()
	for name, data := range map[string][]byte{"too short for both": {9: 0, 15: 0}, "longer": gzjoin.Join([]*gzjoin.Chunk{&whole, &whole})} {
		if gzjoin.Share(data, []*gzjoin.Chunk{&a, &b}) || !a.Dropped() || !b.Dropped() {
			t.Errorf("%s: the chunks refer to it", name)
		}
	}
}
