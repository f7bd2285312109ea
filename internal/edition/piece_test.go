package edition_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"feedstation/internal/edition"
)

func TestJoin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 3000), 0, 6).Draw(t, "texts")
		var pieces []*edition.Piece
		var whole []byte
		for _, text := range texts {
			piece := edition.NewPiece(text)
			if !bytes.Equal(piece.Text(), text) || piece.Size() != int64(len(text)) {
				t.Fatalf("a piece of %q says %q", text, piece.Text())
			}
			pieces = append(pieces, &piece)
			whole = append(whole, text...)
		}
		revision := edition.Revision{Newest: edition.Epoch, AsOf: edition.Epoch}
		document := revision.Settle(edition.Join("text/plain", pieces), nil)
		if got := document.Body(); !bytes.Equal(got, whole) { // Body verifies the sum
			t.Fatalf("joined %q, want %q", got, whole)
		}
		if document.Size() != int64(len(whole)) {
			t.Fatalf("size %d, want %d", document.Size(), len(whole))
		}
		document.Share(pieces...)
		for i, piece := range pieces {
			if !bytes.Equal(piece.Text(), texts[i]) {
				t.Fatalf("a piece that shares the document's bytes says %q, want %q", piece.Text(), texts[i])
			}
		}
		if again := revision.Settle(edition.Join("text/plain", pieces), document); again != document {
			t.Fatal("equal pieces are other content")
		}
	})
}
