import java.util.Map;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.index.mapper.TextFieldMapper;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * The type of field that Elasticsearch keeps synonyms in. It belongs to the module mapper-extras,
 * which the copy that bin/services fetches does not have; texts do as well.
 */
public class KeepsSynonyms extends Plugin implements MapperPlugin {
    @Override
    public Map<String, Mapper.TypeParser> getMappers() {
        return Map.of("match_only_text", TextFieldMapper.PARSER);
    }
}
