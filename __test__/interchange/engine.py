"""Opens a shard snapshot with the engine as Qdrant publishes it for Python, and prints what it finds as JSON."""

import json
import sys
import tempfile

from qdrant_edge import CountRequest, EdgeShard, Query, QueryRequest, SearchParams, UpdateOperation

snapshot, query = sys.argv[1], json.loads(sys.argv[2])
with tempfile.TemporaryDirectory() as folder:
    EdgeShard.unpack_snapshot(snapshot, folder)
    shard = EdgeShard.load(folder)

    def count():
        return shard.count(CountRequest(exact=True))

    before = count()
    nearest = shard.query(
        QueryRequest(query=Query.Nearest(query, using="a"), limit=20, params=SearchParams(exact=True))
    )
    schema = {field: index.points for field, index in shard.info().payload_schema.items()}
    shard.update(UpdateOperation.delete_points([5, 7]))
    print(
        json.dumps(
            {
                "count": before,
                "nearest": [[str(point.id), point.score] for point in nearest],
                "schema": schema,
                "after_delete": count(),
            }
        )
    )
